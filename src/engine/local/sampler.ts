/** Sampling: prompts fill a cache once per group, then all responses advance together, one token a step. */
import { compact, placesOf, type BatchGroup, type Places, type Row } from './batch.js';
import type { DrawHead } from './draw-graph.js';
import { KvCache } from './kv-cache.js';
import type { ModelState } from './model-state.js';
import { packGroups, type PackGroup } from './packing.js';
import { prefillGraph, stepGraph } from './sample-graphs.js';
import { countParams } from '../../models/parameters.js';
import type { Feed, Program, TensorData } from '../../tensor/index.js';
import { responseStream } from '../streams.js';
import type { Sample, SampleOptions, SampleRequest, Tokens } from '../types.js';

/** Sizes of sampling's batches. */
export interface SamplerLimits {
  /** Responses that advance together. */
  maxRows: number;
  /** Bytes of key and value caches. */
  cacheBytes: number;
  /** Prompt tokens computed in one run. */
  prefillTokens: number;
  /**
   * Parameters times steps from which on weights are built into the step's program: loading them takes about a second for
   * 10^8 of them, and each step is then up to a third faster.
   */
  freezeFrom: number;
}

/** Widths of the sorted head; a nucleus that does not fit one is drawn again with the next. */
const TOP_WIDTHS = [64, 1024, 16384];
/** Positions by which caches grow at least. */
const CACHE_STEP = 16;
const HIDDEN = -1e9;

/** A response that is wanted. */
interface Wanted {
  request: number;
  g: number;
}

/** Who looks on while responses are sampled. */
export interface SamplingWatch {
  /** Hears how many responses have ended. */
  ended?: (responses: number) => void;
  /** Sees the responses under way each time a token more of each is drawn. */
  drawn?: (rows: readonly Readonly<Row>[]) => void;
}

/** Samples of all requests, in their order. */
export async function sampleAll(
  state: ModelState,
  requests: readonly SampleRequest[],
  options: SampleOptions,
  limits: SamplerLimits,
  watch: SamplingWatch = {},
): Promise<Sample[][]> {
  const out: Sample[][] = requests.map(() => []);
  let ended = 0;
  const finish = (row: Row, stopReason: Sample['stopReason']): void => {
    out[row.request]![row.g] = {
      tokens: Int32Array.from(row.tokens),
      logprobs: Float32Array.from(row.logprobs),
      policyLogprobs: Float32Array.from(row.policyLogprobs),
      stopReason,
    };
    watch.ended?.(++ended);
  };
  const waves = planWaves(state, requests, options, limits);
  const work = countParams(state.config) * waves.length * options.maxTokens;
  const draw = new Draw(state, options, work >= limits.freezeFrom);
  for (const wave of waves) await sampleWave(state, requests, wave, options, limits, draw, finish, watch.drawn);
  return out;
}

/** Which responses are sampled together: longest prompts first, so that a batch pads little. */
function planWaves(
  { config }: ModelState,
  requests: readonly SampleRequest[],
  { maxTokens }: SampleOptions,
  { maxRows, cacheBytes }: SamplerLimits,
): Wanted[][] {
  const order = [...requests.keys()].toSorted((a, b) => requests[b]!.prompt.length - requests[a]!.prompt.length);
  const waves: Wanted[][] = [];
  let wave: Wanted[] = [];
  let bytes = 0;
  for (const request of order) {
    const { n, prompt } = requests[request]!;
    for (let g = 0; g < n; g++) {
      const isNewGroup = wave.at(-1)?.request !== request;
      const cost = KvCache.bytesPerEntry(config, maxTokens + (isNewGroup ? prompt.length : 0));
      if (wave.length > 0 && (wave.length >= maxRows || bytes + cost > cacheBytes)) {
        waves.push(wave);
        wave = [];
        bytes = 0;
      }
      wave.push({ request, g });
      bytes += cost;
    }
  }
  if (wave.length > 0) waves.push(wave);
  return waves;
}

async function sampleWave(
  state: ModelState,
  requests: readonly SampleRequest[],
  wave: readonly Wanted[],
  options: SampleOptions,
  limits: SamplerLimits,
  draw: Draw,
  finish: (row: Row, stopReason: Sample['stopReason']) => void,
  drawn: SamplingWatch['drawn'],
): Promise<void> {
  const { config } = state;
  const members = [...new Set(wave.map((w) => w.request))];
  const prompts = members.map((request) => requests[request]!.prompt);
  const groups: BatchGroup[] = prompts.map((p) => ({ cached: p.length - 1, lastToken: p.at(-1)! }));
  const rows: Row[] = wave.map(({ request, g }) => ({
    request,
    g,
    stream: responseStream(requests[request]!.seed, g),
    group: members.indexOf(request),
    tokens: [],
    logprobs: [],
    policyLogprobs: [],
  }));
  const promptCache = await fillPrompts(state, prompts, limits.prefillTokens);
  const ownCache = new KvCache(config, rows.length, Math.min(CACHE_STEP, options.maxTokens));
  const stops = new Set(options.stopTokens);
  let places = placesOf(rows, groups.length, config.heads);
  for (let t = 0; rows.length > 0; t++) {
    if (t === ownCache.length) {
      const length = t + Math.max(CACHE_STEP, CACHE_STEP * Math.floor(t / (4 * CACHE_STEP)));
      ownCache.grow(Math.min(length, options.maxTokens), rows.length);
    }
    const feeds = stepFeeds(state, { rows, groups, places, promptCache, ownCache, t });
    const { token, logprob, policyLogprob, fresh } = await draw.run(feeds, rows);
    for (const [b, row] of rows.entries()) {
      row.tokens.push(Number(token[b]));
      row.logprobs.push(logprob[b]!);
      row.policyLogprobs.push(policyLogprob[b]!);
    }
    drawn?.(rows);
    const hasStopped = (row: Row) => stops.has(row.tokens.at(-1)!);
    const isDone = (row: Row) => hasStopped(row) || row.tokens.length === options.maxTokens;
    if (rows.some((row) => !isDone(row))) ownCache.append(fresh, rows.length, t);
    if (!rows.some(isDone)) continue;
    for (const row of rows) if (isDone(row)) finish(row, hasStopped(row) ? 'stop' : 'length');
    const moves = compact(rows, groups, isDone);
    for (const { from, to } of moves.rows) ownCache.move(from, to);
    for (const { from, to } of moves.groups) promptCache.move(from, to);
    if (rows.length > 0) places = placesOf(rows, groups.length, config.heads);
  }
}

/** Keys and values of all prompt tokens but the last of each, computed in runs of similar length. */
async function fillPrompts(state: ModelState, prompts: readonly Tokens[], maxTokens: number): Promise<KvCache> {
  const { config } = state;
  const longest = Math.max(1, ...prompts.map((p) => p.length - 1));
  const cache = new KvCache(config, prompts.length, longest);
  const program = await state.program('prefill', () => prefillGraph(config));
  for (let start = 0; start < prompts.length;) {
    let end = start;
    let tokens = 0;
    const part: PackGroup[] = [];
    while (end < prompts.length && (part.length === 0 || tokens < maxTokens)) {
      // A prompt of one token has nothing to cache; the token stands in for it and is never looked at.
      const prompt = prompts[end++]!;
      const inputs = prompt.length === 1 ? prompt : prompt.subarray(0, prompt.length - 1);
      part.push({ prefix: new Int32Array(0), tails: [{ inputs, targets: new Int32Array(0), from: inputs.length }] });
      tokens += inputs.length;
    }
    const { feeds } = packGroups(config, part);
    const length = Math.max(...part.map((g) => g.tails[0]!.inputs.length));
    const found = await program.run({ ...state.paramFeeds, ...state.angleFeeds(length), ...feeds });
    for (let layer = 0; layer < config.layers; layer++) {
      cache.setEntries(2 * layer, start, found[`k.${layer}`]!.data as Float32Array, length);
      cache.setEntries(2 * layer + 1, start, found[`v.${layer}`]!.data as Float32Array, length);
    }
    start = end;
  }
  return cache;
}

interface StepState {
  rows: readonly Row[];
  groups: readonly BatchGroup[];
  places: Places;
  promptCache: KvCache;
  ownCache: KvCache;
  /** Tokens that every row has drawn. */
  t: number;
}

function stepFeeds(state: ModelState, step: StepState): Record<string, Feed> {
  const { rows, groups, places, promptCache, ownCache, t } = step;
  const { config } = state;
  const [B, N] = [rows.length, groups.length];
  const [P, T] = [promptCache.length, ownCache.length];
  const positions = rows.map((row) => groups[row.group]!.cached + t);
  const promptMask = new Float32Array(N * P).fill(HIDDEN);
  for (const [n, { cached }] of groups.entries()) promptMask.fill(0, n * P, n * P + cached);
  const ownMask = new Float32Array(B * T).fill(HIDDEN);
  for (let b = 0; b < B; b++) ownMask.fill(0, b * T, b * T + t);
  const feeds: Record<string, Feed> = {
    ...state.paramFeeds,
    ...state.angleFeeds(Math.max(...positions) + 1),
    ids: { data: Int32Array.from(rows, (r) => r.tokens.at(-1) ?? groups[r.group]!.lastToken), shape: [B] },
    positions: { data: BigInt64Array.from(positions, (p) => BigInt(p)), shape: [B, 1] },
    placeRows: { data: places.placeRows, shape: [N, config.heads, places.width] },
    rowPlaces: { data: places.rowPlaces, shape: [B, config.heads] },
    promptMask: { data: promptMask, shape: [N, 1, 1, P] },
    ownMask: { data: ownMask, shape: [B, 1, 1, T] },
  };
  for (let layer = 0; layer < config.layers; layer++) {
    for (const [offset, kind] of ['k', 'v'].entries()) {
      feeds[`prompt.${kind}.${layer}`] = promptCache.view(2 * layer + offset, N);
      feeds[`own.${kind}.${layer}`] = ownCache.view(2 * layer + offset, B);
    }
  }
  return feeds;
}

interface DrawResult {
  token: BigInt64Array;
  logprob: Float32Array;
  policyLogprob: Float32Array;
  fresh: Float32Array;
}

/** The end of a step: chooses the head for the options and draws again with a wider one where a nucleus does not fit. */
class Draw {
  private readonly state: ModelState;
  private readonly options: SampleOptions;
  private readonly vocab: number;
  private readonly freezes: boolean;

  constructor(state: ModelState, options: SampleOptions, freezes: boolean) {
    this.state = state;
    this.options = options;
    this.vocab = state.config.vocab;
    this.freezes = freezes;
  }

  async run(feeds: Record<string, Feed>, rows: readonly Row[]): Promise<DrawResult> {
    const { temperature, topK = 0, topP = 1 } = this.options;
    const uniform = Float32Array.from(rows, (row) => (temperature === 0 ? 0 : row.stream.next()));
    const drawFeeds: Record<string, Feed> = {
      ...feeds,
      uniform: { data: uniform, shape: [rows.length] },
      rows: { data: BigInt64Array.from(rows, (_, b) => BigInt(b)), shape: [rows.length] },
      inverseTemperature: Float32Array.of(1 / (temperature || 1)),
      topK: BigInt64Array.of(BigInt(topK === 0 ? this.vocab : Math.min(topK, this.vocab))),
      topP: Float32Array.of(topP === 1 ? 2 : topP),
    };
    for (const head of this.heads()) {
      const program = await this.program(head);
      const found = await program.run(drawFeeds);
      const isShort =
        head.kind === 'top' && head.width < this.vocab && topK === 0 && floats(found['missing']).some((x) => x > 0);
      if (isShort) continue;
      return {
        token: found['token']!.data as BigInt64Array,
        logprob: floats(found['logprob']),
        policyLogprob: floats(found['policyLogprob']),
        fresh: floats(found['new']),
      };
    }
    throw new RangeError('unreachable: the widest head holds the whole vocabulary');
  }

  private program(head: DrawHead): Promise<Program> {
    const key = `step ${JSON.stringify(head)}`;
    const build = () => stepGraph(this.state.config, head);
    return this.freezes ? this.state.frozenProgram(key, build) : this.state.program(key, build);
  }

  /** Heads to try in turn. */
  private heads(): DrawHead[] {
    const { temperature, topK = 0, topP = 1 } = this.options;
    const tempered = temperature !== 1;
    if (temperature === 0) return [{ kind: 'greedy' }];
    if (topP === 1 && (topK === 0 || topK >= this.vocab)) return [{ kind: 'all', tempered }];
    const widths = [...TOP_WIDTHS.filter((w) => w < this.vocab), this.vocab];
    return widths
      .filter((width) => width >= Math.min(topK, this.vocab))
      .map((width) => ({ kind: 'top', tempered, width }));
  }
}

function floats(t: TensorData | undefined): Float32Array {
  return t?.data as Float32Array;
}
