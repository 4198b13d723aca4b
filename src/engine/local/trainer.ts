/** Scoring and training: micro-batches through the graphs, gradients added up in place. */
import type { ForwardBackwardResult, ScoreGroup, TrainGroup } from '../types.js';
import type { Feed, TensorData } from '../../tensor/index.js';
import { gradName, runningName, scoreGraph } from './graphs.js';
import { microBatches, type BatchLimits, type MicroBatch } from './micro-batches.js';
import type { ModelState } from './model-state.js';
import { packGroups, type Packed } from './packing.js';
import type { Training } from './training.js';

type OnDone = (done: number, total: number) => void;

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
  const batches = microBatches(config, groups, limits);
  for (const [i, batch] of batches.entries()) {
    const packed = packGroups(config, batch.groups);
    const { hasPrefix } = packed;
    const program = await state.program(`${training.key} ${hasPrefix}`, () => training.graph(hasPrefix));
    const feeds = {
      ...rowFeeds(state, packed),
      slope: slopeFeed(batch, groups),
      ...training.feeds,
      ...training.gradients(runningName),
    };
    const fetches: Record<string, TensorData | null> = {
      ...training.gradients(gradName),
      logprobs: null,
      entropy: null,
      ...(training.embedding && { dEmbedded: null }),
    };
    const found = await program.run(feeds, fetches);
    if (training.embedding) addRows(training.embedding, packed.ids, found['dEmbedded']!, config.hidden);
    spread(found['logprobs']!, batch, (group, response) => logprobs_NGT[group]![response]!);
    spread(found['entropy']!, batch, (group, response) => entropy_NGT[group]![response]!);
    onDone(i + 1, batches.length);
  }
  return { ...summarise(groups, logprobs_NGT, entropy_NGT), logprobs_NGT };
}

/** Feeds that scoring and training share. */
function rowFeeds(state: ModelState, packed: Packed): Record<string, Feed> {
  const positions = (packed.feeds['positions'] as TensorData).data as BigInt64Array;
  const longest = positions.reduce((a, b) => (a > b ? a : b), 0n);
  return {
    ...state.paramFeeds,
    ...state.angleFeeds(Number(longest) + 1),
    ...packed.feeds,
    targets: { data: packed.targets, shape: [packed.targets.length] },
  };
}

function slopeFeed(batch: MicroBatch, groups: readonly TrainGroup[]): Feed {
  const slopes = batch.sources.map(({ group, response }) => groups[group]!.responses[response]!.slopes);
  const data = new Float32Array(slopes.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const values of slopes) {
    data.set(values, at);
    at += values.length;
  }
  return { data, shape: [data.length] };
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
