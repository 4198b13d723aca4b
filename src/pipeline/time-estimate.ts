/** How long a run would take: a little of its own work is done and timed, and the rest is a multiple of it. Rough on purpose. */
import { rlSettingsOf, type Config } from '../config/index.js';
import { Rng } from '../core/rng.js';
import { showing, type Problem, type Trace } from '../data/index.js';
import { folderRef, supervisedResponse, type Policy, type TrainGroup } from '../engine/index.js';
import {
  architectureOf,
  countParams,
  readDecoderConfig,
  readEncoderConfig,
  smallParams,
  type EncoderParam,
  type PromptCodec,
} from '../models/index.js';
import {
  documentsOfQuery,
  encoderSettings,
  encoderShapeOf,
  policyEncoderOf,
  policyShapeOf,
  trainOptionsOf,
} from '../retriever/index.js';
import { stepsLeft } from './arm-work.js';
import { neededContexts, trainedEncoders } from './retrieve/contexts.js';
import { foldsOf } from './retrieve/cross-fit.js';
import { openConfiguredEngine } from './engines.js';
import type { RunPlan } from './plan.js';
import { encoderStage, foldStage } from './retriever-settings.js';
import { workLeft } from './work-left.js';
import { modelFolderOf, openPrompts, type OpenEngine } from './session.js';
import { trainedPart } from './arms/trained-part.js';

/** What the machine does of a run's work, in seconds. */
export interface Rates {
  /** Opening the engine and compiling its graphs. */
  startup: number;
  /** One label pair: a solution scored after its prompt. */
  pair: number;
  /** One prompt with a group of responses sampled from it. */
  group: number;
  /** One group trained on. */
  trained: number;
  /** Floating-point operations a second of training. */
  flops: number;
  /** Whether most responses ended by themselves; otherwise they may become as long as maxTokens, many times what was timed. */
  ended: boolean;
  /** maxTokens over what was sampled at most. */
  longer: number;
}

/** Prompts timed; few, since the graphs of a large model take their time. */
const PROMPTS = 8;
/** Longest response timed. */
const TOKENS = 32;
/** Models above this are not opened for an estimate: reading their weights takes longer than people wait. */
const LARGEST_TIMED = 400e6;

/** Times a few prompts of the run on its own engine. Reads the weights; nothing is written. */
export async function measureRates(
  config: Config,
  data: RunPlan['sample'],
  codec: PromptCodec,
  openEngine: OpenEngine = openConfiguredEngine,
): Promise<Rates> {
  const begin = performance.now();
  const engine = openEngine(config.engine, modelFolderOf(config));
  try {
    const policy = await engine.open(folderRef(modelFolderOf(config)), trainedPart(config));
    return await timeWork(policy, config, data, codec, begin);
  } finally {
    await engine.dispose();
  }
}

async function timeWork(
  policy: Policy,
  config: Config,
  data: RunPlan['sample'],
  codec: PromptCodec,
  begin: number,
): Promise<Rates> {
  const rl = rlSettingsOf(config);
  const problems = data.train.slice(0, PROMPTS);
  const shown = neededContexts(config).size > 0;
  const traceOf = (i: number) => (shown ? data.corpus[i % data.corpus.length] : undefined);
  const { maxContext } = policy.info;
  const maxTokens = Math.min(rl.maxTokens, TOKENS, maxContext - 1);
  // What does not fit is cut: here only its time counts.
  const prompts = problems.map((problem, i) =>
    codec.prompt(problem, showing(traceOf(i))).slice(0, maxContext - maxTokens),
  );
  const options = { maxTokens, temperature: rl.temperature, stopTokens: codec.stopTokens };
  const rng = Rng.fromSeed('estimate');
  const requests = prompts.map((prompt, i) => ({ prompt, n: rl.groupSize, seed: rng.fork(i).nextUint32() }));
  const sampled = await timed(() => policy.sample(requests, options));
  const responses = sampled.result.samples_NG;
  const groups = prompts.slice(0, 2).map((prompt, i): TrainGroup => ({
    prompt,
    responses: (responses[i] ?? []).map(({ tokens }) => supervisedResponse(tokens, 1 / tokens.length)),
  }));
  const trained = await timed(() => policy.forwardBackward(groups));
  const pairs = await timed(() => policy.logprobs(pairsOf(problems, data.corpus[0], codec, maxContext)));
  const all = responses.flat();
  const tokens = groups.reduce((sum, g) => sum + g.prompt.length + sumOf(g.responses.map((r) => r.tokens.length)), 0);
  const measured = sampled.seconds + trained.seconds + pairs.seconds;
  return {
    // Second runs are seldom slower than first ones, but may be on a busy machine.
    startup: Math.max(0, (performance.now() - begin) / 1000 - 2 * measured),
    pair: pairs.seconds / problems.length,
    group: sampled.seconds / prompts.length,
    trained: trained.seconds / groups.length,
    flops: (6 * policy.info.parameters * tokens) / trained.seconds,
    ended: all.filter(({ stopReason }) => stopReason === 'stop').length * 2 > all.length,
    longer: rl.maxTokens / maxTokens,
  };
}

/** Shares of the machine's peak that large models reach (docs/performance.md): scoring and training, and sampling. */
const SHARE = { training: 0.7, sampling: 0.35 };

/** Rates of a model that is too large to be tried, from the machine's peak. */
export function ratesFromPeak(config: Config, plan: RunPlan, parameters: number, peakFlops: number): Rates {
  const rl = rlSettingsOf(config);
  const forward = 2 * parameters;
  const prompt = plan.promptTokens.with;
  const tokens = rl.groupSize * rl.maxTokens;
  return {
    startup: 0,
    pair: (forward * prompt) / (SHARE.training * peakFlops),
    group: (forward * prompt) / (SHARE.training * peakFlops) + (forward * tokens) / (SHARE.sampling * peakFlops),
    trained: (3 * forward * (prompt + tokens)) / (SHARE.training * peakFlops),
    flops: SHARE.training * peakFlops,
    ended: true,
    longer: 1,
  };
}

/** Seconds of what is left of a run, between what is likely at least and at most. Pure. */
export function estimateSeconds(
  whole: Config,
  planned: RunPlan,
  rates: Rates,
  /** Parameters of an encoder that training computes with, by the retriever's name. */
  encoderSize: (name: string) => number,
): { low: number; high: number } {
  const { config, plan, warmupSteps } = workLeft(whole, planned);
  const { labels, rl } = config;
  const labelled =
    labels.judge !== 'utility'
      ? 0
      : plan.labelTurns *
        (plan.labelledPairs + plan.laterPairs) *
        (labels.measure === 'success' ? (rates.group * labels.samples) / rl.groupSize : rates.pair);
  const beside = plan.evaluationSamples + plan.difficultySamples + plan.drafts;
  const groups = plan.trainingSteps * plan.promptsPerStep + beside / rl.groupSize;
  const again = config.arms.filter(({ policyOf, contexts }) => policyOf === null && contexts.onlyAfterAllWrong);
  const rescued = sumOf(again.map((arm) => stepsLeft(arm, config, plan.begun))) * plan.promptsPerStep;
  const updates = plan.trainingSteps * Math.min(plan.maxGroupsPerUpdate, plan.promptsPerStep) * plan.updatesPerBatch;
  const retrieval = plan.labelledPairs === 0 ? 0 : trainingOperations(config, plan, encoderSize) / rates.flops;
  const warmup = warmupSteps * config.warmup.batchSize * (rates.trained / rl.groupSize) * 2;
  const fixed = rates.startup + labelled + retrieval + warmup;
  // Few groups may carry a gradient or all of them, none or all be sampled again; responses that were cut off while timed may go on.
  const low = fixed + groups * rates.group + 0.3 * updates * rates.trained;
  const grown = rates.ended ? Math.min(2, rates.longer) : rates.longer;
  const high = fixed + grown * ((groups + rescued) * rates.group + updates * rates.trained) + 2 * rates.startup;
  return { low: 0.8 * low, high: 1.5 * high };
}

/** Floating-point operations of training all encoders of a run, on texts as long as those of the prompts. */
function trainingOperations(
  config: Config,
  { labelledProblems, promptTokens, finished, begun }: RunPlan,
  encoderSize: (name: string) => number,
): number {
  const { validationShare, testShare } = config.retriever;
  const queries = Math.max(2, Math.round(labelledProblems * (1 - validationShare - testShare)));
  return sumOf(
    trainedEncoders(config, 'eval').map((name) => {
      const entry = config.retrievers[name];
      if (entry?.kind !== 'encoder') return 0;
      const settings = encoderSettings(config.retriever, entry);
      const { batchSize, maxQueryTokens, maxDocumentTokens, loss, negatives, judgedPerQuery, hardNegatives } = settings;
      const documents = documentsOfQuery({ loss, negatives, judgedPerQuery, hardPerQuery: hardNegatives });
      const { steps } = trainOptionsOf(settings, config.seed, queries);
      const stages = [encoderStage(name), ...foldsOf(config, name).map((fold) => foldStage(name, fold))];
      const left = stages.filter((stage) => !finished.includes(stage));
      const stepsAhead = sumOf(left.map((stage) => Math.max(0, steps - (begun[stage] ?? 0))));
      const query = Math.min(maxQueryTokens, promptTokens.without);
      const document = Math.min(maxDocumentTokens, promptTokens.with - promptTokens.without);
      return stepsAhead * 6 * encoderSize(name) * batchSize * (query + documents * document);
    }),
  );
}

/** `about 4 to 8 minutes` */
export function durationRange({ low, high }: { low: number; high: number }): string {
  const [unit, seconds] =
    high < 90 ? (['seconds', 1] as const) : high < 5400 ? (['minutes', 60] as const) : (['hours', 3600] as const);
  const round = (value: number) => (value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(1))));
  const [from, to] = [round(low / seconds), round(high / seconds)];
  return from === to ? `about ${to} ${unit}` : `about ${from} to ${to} ${unit}`;
}

/** Opens what is needed, measures or reckons, and says it in words. `peakFlops` measures the machine's peak. */
export async function timeEstimate(config: Config, plan: RunPlan, peakFlops: () => Promise<number>): Promise<string> {
  // A server would be asked to work, and nobody knows how fast it is.
  if (config.engine.kind !== 'local') return 'unknown: the speed of the server at engine.url decides (docs/scale.md)';
  const decoder = await readDecoderConfig(modelFolderOf(config));
  const parameters = countParams(decoder);
  const { codec } = await openPrompts(config);
  const timed = parameters <= LARGEST_TIMED;
  const rates = timed
    ? await measureRates(config, plan.sample, codec)
    : ratesFromPeak(config, plan, parameters, await peakFlops());
  const how = timed ? 'a few prompts, timed' : "the machine's peak and the size of the model";
  return `${durationRange(estimateSeconds(config, plan, rates, await encoderSizes(config, decoder)))}, roughly, from ${how}`;
}

/** Parameters that each encoder computes with in training: those that are trained, or of one in a folder or the policy all but token embeddings. */
async function encoderSizes(
  { retriever, retrievers }: Config,
  decoder: Awaited<ReturnType<typeof readDecoderConfig>>,
): Promise<(name: string) => number> {
  const size = (params: readonly EncoderParam[]) => sumOf(params.map(({ shape }) => shape.reduce((a, b) => a * b, 1)));
  const small = { kind: 'small' as const, vocab: decoder.vocab, embeddingDim: decoder.hidden };
  const sizes = new Map<string, number>();
  for (const [name, entry] of Object.entries(retrievers)) {
    if (entry.kind !== 'encoder' || !entry.trained) continue;
    const policy = policyShapeOf(retriever, entry);
    const config = entry.model === null ? undefined : await readEncoderConfig(entry.model);
    const whole = policy ? policyEncoderOf(decoder, policy, `retrievers.${name}.policy`) : config;
    const params = whole
      ? architectureOf(whole).params.filter((p) => p.name !== 'embed')
      : smallParams({ ...small, ...encoderShapeOf(encoderSettings(retriever, entry)) }).filter((p) => p.trained);
    sizes.set(name, size(params));
  }
  return (name) => sizes.get(name) ?? 0;
}

function pairsOf(problems: readonly Problem[], trace: Trace | undefined, codec: PromptCodec, maxContext: number) {
  const scored = (problem: Problem) => codec.response(problem.solution ?? `The answer is ${problem.answer}.`);
  const splits = problems.map((problem) => ({ ...splitOf(problem, trace, codec), solution: scored(problem) }));
  const groups = splits.map(({ prefix, rest, solution }) => {
    const prompt = prefix.slice(0, maxContext - 1);
    return { prompt, responses: [Int32Array.from([...rest, ...solution]).slice(0, maxContext - prompt.length)] };
  });
  // As when labels are made, the trace is computed once for all problems.
  const [first] = groups;
  return trace && first ? [{ prompt: first.prompt, responses: groups.flatMap((g) => g.responses) }] : groups;
}

function splitOf(problem: Problem, trace: Trace | undefined, codec: PromptCodec) {
  return trace ? codec.split(problem, showing(trace)) : { prefix: codec.prompt(problem), rest: new Int32Array() };
}

/** The second of two runs: the first compiles. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  await work();
  const start = performance.now();
  const result = await work();
  return { result, seconds: Math.max(1e-6, (performance.now() - start) / 1000) };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
