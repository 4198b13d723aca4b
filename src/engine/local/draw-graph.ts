/**
 * Drawing tokens inside the graph, so that logits never leave it: inverse of the cumulative distribution at one uniform
 * number a row. The meaning of temperature, top-k and top-p is that of `draw.ts`.
 */
import {
  add,
  argmax,
  cast,
  cumsum,
  gather,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  minimum,
  mul,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  takeAlongAxis,
  topk,
  where,
  type Graph,
  type Tensor,
} from '../../tensor/index.js';

/**
 * - `greedy`: the most likely token.
 * - `all`: from the whole vocabulary.
 * - `top`: from the `width` most likely tokens, of which inputs `topK` and `topP` keep fewer.
 * `tempered`: the logits are multiplied by the input `inverseTemperature`.
 */
export type DrawHead =
  | { kind: 'greedy' }
  | { kind: 'all'; tempered: boolean }
  | { kind: 'top'; tempered: boolean; width: number };

/** See `stepGraph` for the shapes. */
export interface Drawn {
  token: Tensor;
  logprob: Tensor;
  policyLogprob: Tensor;
  /** Mass that top-p still wants beyond the tokens at hand; above 0 the row must be drawn with a larger width. */
  missing?: Tensor;
}

/** Draws from logits [B, vocab]; inputs `uniform` [B], and by kind `inverseTemperature`, `topK`, `topP`, `rows`. */
export function drawHead(graph: Graph, logits: Tensor, head: DrawHead): Drawn {
  if (head.kind === 'greedy') {
    const token = argmax(logits, 1, true);
    const policyLogprob = policyOf(logits, token);
    return { token: flat(token), logprob: sub(policyLogprob, policyLogprob), policyLogprob };
  }
  const inverse = head.tempered ? graph.input('inverseTemperature', 'float32', []) : undefined;
  const z = inverse ? mul(logits, inverse) : logits;
  const uniform = reshape(graph.input('uniform', 'float32', ['B']), ['B', 1]);
  const drawn = head.kind === 'all' ? drawFromAll(graph, z, uniform) : drawFromTop(graph, z, uniform, head.width);
  const logprob = flat(drawn.logprob);
  const policyLogprob = inverse || head.kind === 'top' ? policyOf(logits, drawn.token) : logprob;
  return { ...drawn, token: flat(drawn.token), logprob, policyLogprob };
}

const flat = (t: Tensor): Tensor => reshape(t, ['B']);

/** log p of a token [B, 1] at temperature 1, [B]. */
function policyOf(logits: Tensor, token: Tensor): Tensor {
  return flat(takeAlongAxis(logSoftmax(logits, 1), token, 1));
}

/**
 * Two levels: the vocabulary is cut into equal chunks, the uniform number finds a chunk by the chunks' masses and a token
 * within it. Sums run in one order, so a token that is found has a probability above 0.
 */
function drawFromAll(graph: Graph, z: Tensor, uniform: Tensor): { token: Tensor; logprob: Tensor } {
  const vocab = z.shape[1] as number;
  const width = chunkWidth(vocab);
  const chunks = vocab / width;
  const mass = softmax(z, 1);
  const masses = sum(reshape(mass, ['B', chunks, width]), 2);
  const before = cumsum(masses, 1, { exclusive: true });
  const through = add(before, masses);
  const target = mul(uniform, slice(through, 1, chunks - 1)); // the last is the whole mass, 1 but for rounding
  const chunk = minimum(countUpTo(through, target), chunks - 1);
  const rows = reshape(graph.input('rows', 'int64', ['B']), ['B', 1]);
  const found = reshape(gather(reshape(mass, [-1, width]), add(mul(rows, chunks), chunk), 0), ['B', width]);
  const within = add(cumsum(found, 1), takeAlongAxis(before, chunk, 1));
  const count = countUpTo(within, target);
  // Past the end by rounding only: then the chunk's most likely token.
  const inChunk = where(less(count, width), count, argmax(found, 1, true));
  return { token: add(mul(chunk, width), inChunk), logprob: log(takeAlongAxis(found, inChunk, 1)) };
}

function drawFromTop(graph: Graph, z: Tensor, uniform: Tensor, width: number): Omit<Drawn, 'policyLogprob'> {
  const vocab = z.shape[1] as number;
  const limit = graph.input('topK', 'int64', []); // at most `width`; the vocabulary's size if there is no limit
  const nucleus = graph.input('topP', 'float32', []);
  const { values, indices } = topk(softmax(z, 1), width, 1);
  const order = graph.constant(
    BigInt64Array.from({ length: width }, (_, i) => BigInt(i)),
    [1, width],
  );
  const mass = mul(values, cast(less(order, limit), 'float32'));
  const held = sum(mass, 1, true);
  // Without a limit, top-p counts the whole distribution, whose mass is 1; with one, what the limit leaves.
  const isLimited = less(limit, graph.constant(vocab, [], 'int64'));
  const wanted = mul(where(isLimited, held, 1), nucleus);
  const before = cumsum(mass, 1, { exclusive: true });
  const isKept = less(before, wanted);
  const through = cumsum(mul(mass, cast(isKept, 'float32')), 1);
  const total = slice(through, 1, width - 1);
  const last = sub(sum(cast(isKept, 'int64'), 1, true), 1);
  const place = minimum(countUpTo(through, mul(uniform, total)), minimum(last, sub(limit, 1)));
  const logprob = sub(log(takeAlongAxis(values, place, 1)), log(total));
  return { token: takeAlongAxis(indices, place, 1), logprob, missing: flat(sub(wanted, held)) };
}

/** How many elements of a row are at most the target, [B, 1] int64. */
function countUpTo(rows: Tensor, target: Tensor): Tensor {
  return sum(cast(lessOrEqual(rows, target), 'int64'), 1, true);
}

/** The divisor of the vocabulary's size next to its square root: both levels are then short. */
export function chunkWidth(vocab: number): number {
  let best = 1;
  for (let d = 1; d * d <= vocab; d++) if (vocab % d === 0) best = d;
  return vocab / best;
}
