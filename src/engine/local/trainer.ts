/** Scoring and training: micro-batches through the graphs, gradients added up in place. */
import { joined, shapeOfCall, type AlternativesShape } from '../alternatives.js';
import type { ForwardBackwardResult, ScoreGroup, TrainGroup } from '../types.js';
import type { Feed, TensorData } from '../../tensor/index.js';
import { gradName, runningName, scoreGraph } from './graphs.js';
import { microBatches, type BatchLimits, type MicroBatch } from './micro-batches.js';
import type { ModelState } from './model-state.js';
import { packGroups, type Packed } from './packing.js';
import type { Training } from './training.js';

/** Told how many micro-batches are done. */
export type OnDone = (done: number, total: number) => void;

/** log p of every response token. */
export async function scoreGroups(
  state: ModelState,
  groups: readonly ScoreGroup[],
  limits: BatchLimits,
  onDone: OnDone = () => {},
): Promise<Float32Array[][]> {
  const out = groups.map(({ responses }) => responses.map((r) => new Float32Array(r.length)));
  const work = groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((tokens) => ({ tokens })) }));
  const batches = microBatches(state.config, work, limits);
  for (const [i, batch] of batches.entries()) {
    const packed = packGroups(state.config, batch.groups);
    const program = await state.program(`score ${packed.hasPrefix}`, () => scoreGraph(state.config, packed.hasPrefix));
    const { logprobs } = await program.run(rowFeeds(state, packed));
    spread(logprobs!, batch, (group, response) => out[group]![response]!);
    onDone(i + 1, batches.length);
  }
  return out;
}

/** Adds the gradient of sum c log p to the gradients of what is trained. */
export async function accumulateGradients(
  state: ModelState,
  training: Training,
  groups: readonly TrainGroup[],
  limits: BatchLimits,
  onDone: OnDone = () => {},
): Promise<ForwardBackwardResult> {
  const { config } = state;
  const logprobs_NGT = groups.map(({ responses }) => responses.map((r) => new Float32Array(r.tokens.length)));
  const entropy_NGT = groups.map(({ responses }) => responses.map((r) => new Float32Array(r.tokens.length)));
  const others = shapeOfCall(groups.flatMap(({ responses }) => responses));
  const batches = microBatches(config, groups, others ? { ...limits, logitArrays: LOGIT_ARRAYS } : limits);
  let otherLoss = 0;
  for (const [i, batch] of batches.entries()) {
    const packed = packGroups(config, batch.groups);
    const { hasPrefix } = packed;
    const key = `${training.key} ${hasPrefix}${others ? ` ${others.kind}` : ''}`;
    const program = await state.program(key, () => training.graph(hasPrefix, others?.kind));
    const feeds = {
      ...rowFeeds(state, packed),
      ...slopeFeeds(batch, groups, others),
      ...training.feeds,
      ...training.gradients(runningName),
    };
    const fetches: Record<string, TensorData | null> = {
      ...training.gradients(gradName),
      logprobs: null,
      entropy: null,
      ...(others && { alternativeLoss: null }),
      ...(training.embedding && { dEmbedded: null }),
    };
    const found = await program.run(feeds, fetches);
    if (training.embedding) addRows(training.embedding, packed.ids, found['dEmbedded']!, config.hidden);
    spread(found['logprobs']!, batch, (group, response) => logprobs_NGT[group]![response]!);
    if (others) otherLoss += (found['alternativeLoss']!.data as Float32Array).reduce((a, b) => a + b, 0);
    spread(found['entropy']!, batch, (group, response) => entropy_NGT[group]![response]!);
    onDone(i + 1, batches.length);
  }
  const { loss, entropy } = summarise(groups, logprobs_NGT, entropy_NGT);
  return { loss: loss + otherLoss, entropy, logprobs_NGT };
}

/** Feeds that scoring and training share. */
export function rowFeeds(state: ModelState, packed: Packed): Record<string, Feed> {
  const positions = (packed.feeds['positions'] as TensorData).data as BigInt64Array;
  const longest = positions.reduce((a, b) => (a > b ? a : b), 0n);
  return {
    ...state.paramFeeds,
    ...state.angleFeeds(Number(longest) + 1),
    ...packed.feeds,
    targets: { data: packed.targets, shape: [packed.targets.length] },
  };
}

/** The logits with their log-probabilities and probabilities, the slopes at their tokens, and the gradient. */
const LOGIT_ARRAYS = 6;

/** c of every token and, where there are others beside them, of those. */
function slopeFeeds(
  batch: MicroBatch,
  groups: readonly TrainGroup[],
  others: AlternativesShape | undefined,
): Record<string, Feed> {
  const responses = batch.sources.map(({ group, response }) => groups[group]!.responses[response]!);
  const slope = joined(
    responses.map(({ slopes }) => slopes),
    Float32Array,
  );
  const rows = slope.length;
  if (!others) return { slope: { data: slope, shape: [rows] } };
  const alternatives = responses.map((response) => response.alternatives!);
  const slopes = joined(
    alternatives.map((one) => one.slopes),
    Float32Array,
  );
  const ids =
    others.kind === 'given' &&
    joined(
      alternatives.map((one) => one.ids!),
      Int32Array,
    );
  return {
    slope: { data: slope, shape: [rows] },
    alternativeSlopes: { data: slopes, shape: [rows, others.perToken] },
    ...(ids && { alternativeIds: { data: ids, shape: [rows, others.perToken] } }),
  };
}

/** Cuts a [M] result into the responses it is of. */
function spread(
  result: TensorData,
  batch: MicroBatch,
  target: (group: number, response: number) => Float32Array,
): void {
  let at = 0;
  for (const { group, response } of batch.sources) {
    const out = target(group, response);
    out.set((result.data as Float32Array).subarray(at, at + out.length));
    at += out.length;
  }
}

/** table[ids[i]] += rows[i]. */
function addRows(table: Float32Array, ids: Int32Array, rows: TensorData, width: number): void {
  const data = rows.data as Float32Array;
  for (const [i, id] of ids.entries()) {
    const to = id * width;
    const from = i * width;
    for (let j = 0; j < width; j++) table[to + j] = table[to + j]! + data[from + j]!;
  }
}

function summarise(
  groups: readonly TrainGroup[],
  logprobs_NGT: Float32Array[][],
  entropy_NGT: Float32Array[][],
): Pick<ForwardBackwardResult, 'loss' | 'entropy'> {
  const total = { loss: 0, tokens: 0, entropy: 0 };
  for (const [n, { responses }] of groups.entries()) {
    for (const [g, { slopes }] of responses.entries()) {
      for (const [t, slope] of slopes.entries()) {
        total.loss += slope * logprobs_NGT[n]![g]![t]!;
        total.entropy += entropy_NGT[n]![g]![t]!;
      }
      total.tokens += slopes.length;
    }
  }
  return { loss: total.loss, entropy: total.tokens > 0 ? total.entropy / total.tokens : undefined };
}
