/** Evaluation: k samples of every problem, each judged, each kept. Resumable problem by problem. */
import { hashJson } from '../core/hash.js';
import { RaRftError } from '../core/errors.js';
import { cutJsonl, JsonlWriter, readJsonlAll } from '../core/jsonl.js';
import { silent, type Progress } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import { shownTraces, type Context, type Problem } from '../data/index.js';
import { workAsTheyCome } from '../engine/as-they-come.js';
import type { Policy, Sample, SampleOptions, Tokens } from '../engine/types.js';
import { judgeAll, refuseAllFailed, type Verifier } from '../verify/index.js';
import type { EvalRecord, EvalSample } from './records.js';

/** What evaluation needs of the models' `PromptCodec`. */
export interface EvalCodec {
  prompt(problem: { question: string }, context: Context): Tokens;
  decode(tokens: Tokens): string;
  readonly stopTokens: readonly number[];
}

export interface EvaluateOptions {
  policy: Policy;
  codec: EvalCodec;
  verifier: Verifier;
  problems: readonly Problem[];
  /** What a problem's prompt shows beside it. `index` is the problem's place in `problems`. */
  contextOf: (problem: Problem, index: number) => Context;
  /**
   * Names a record, as its `problemId`: where one problem is sampled with several traces. The verifier sees the problem's own
   * id all the same. Default: the problem's id.
   */
  recordIdOf?: (problem: Problem, index: number) => string;
  /** Samples of each problem. */
  k: number;
  sampling: Omit<SampleOptions, 'stopTokens'>;
  /** A longer prompt fails its problem. Default: whatever fits the model's window. */
  maxPromptTokens?: number;
  /** A problem samples from a stream made of this one and its record's id alone, whatever is evaluated with it. */
  rng: Rng;
  /** Names the policy's weights; records made under another key are not taken for these. */
  policyKey: string;
  /** Append-only file of {@link EvalRecord}; problems that stand in it are not sampled again. */
  path: string;
  /** Drop records of the file that were made under another key, in place of refusing it. */
  replaceOthers?: boolean;
  /** Problems of one engine call: what a kill can lose. Default 64. */
  problemsPerBatch?: number;
  progress?: Progress;
  /** Label of the progress bar. */
  label?: string;
}

/**
 * Evaluates all problems and returns their records in order. A problem whose prompt is too long is recorded as failed; a
 * sample whose verifier failed has no reward. Throws `run-folder` where the file holds these problems under another key
 * (other weights, prompts or sampling settings), `verifier` where no sample at all got a reward, `context-length` where no
 * prompt fits, `not-finite` where the engine gave no numbers.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvalRecord[]> {
  const { problems, path, problemsPerBatch = 64, progress = silent, label = 'evaluate' } = options;
  const tasks = problems.map((problem, index) => prepare(problem, index, options));
  if (options.replaceOthers === true) await dropOtherKeys(tasks, path);
  const writer = await JsonlWriter.open(path);
  try {
    const done = new Map((await readJsonlAll<EvalRecord>(path)).map((record) => [record.problemId, record]));
    refuseOtherKeys(tasks, done, path);
    const bar = progress.task(label, tasks.length, 'problems');
    for (let from = 0; from < tasks.length; from += problemsPerBatch) {
      const batch = tasks.slice(from, from + problemsPerBatch);
      if (batch.some((task) => !done.has(task.id))) {
        // A batch of which any problem is missing is sampled whole again, so that its numbers (the rounding of other
        // batch shapes may turn a token) do not depend on where a run was stopped.
        const records = (await sampleBatch(batch, options)).filter((record) => !done.has(record.problemId));
        refuseWithoutReward([...done.values(), ...records], options);
        await writer.append(...records);
        for (const record of records) done.set(record.problemId, record);
      }
      bar.update(Math.min(from + problemsPerBatch, tasks.length));
    }
    const records = tasks.map((task) => done.get(task.id) as EvalRecord);
    refuseWithoutReward(records, options);
    refuseWithoutSamples(records, path);
    bar.end(rewardNote(records));
    return records;
  } finally {
    await writer.close();
  }
}

/** Before records are written: where the verifier is mended, what it failed on must not stand in the file. */
function refuseWithoutReward(records: readonly EvalRecord[], { verifier }: EvaluateOptions): void {
  refuseAllFailed(
    records.flatMap((record) => record.samples),
    verifier.name,
  );
}

function refuseWithoutSamples(records: readonly EvalRecord[], path: string): void {
  const [first] = records;
  if (!first || records.some((record) => record.failed === undefined)) return;
  throw new RaRftError({
    code: 'context-length',
    message: `none of ${records.length} problems could be evaluated; the first: ${first.failed}`,
    where: `${path}: problem ${first.problemId}`,
    expected: 'prompts that fit',
    hint: 'Raise prompt.maxPromptTokens, lower generation.maxTokens, or use a model with a longer window.',
  });
}

/** Mean reward, and what is in no average. */
function rewardNote(records: readonly EvalRecord[]): string {
  const samples = records.flatMap((record) => record.samples);
  const rewards = samples.flatMap(({ reward }) => reward ?? []);
  const failed = samples.length - rewards.length;
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const note = rewards.length === 0 ? 'no reward' : `reward ${mean.toFixed(2)}`;
  return failed === 0 ? note : `${note}, ${failed} of ${samples.length} without one`;
}

interface Task {
  /** Of the record. */
  id: string;
  problem: Problem;
  context: Context;
  prompt: Tokens;
  seed: number;
  key: string;
}

function prepare(problem: Problem, index: number, options: EvaluateOptions): Task {
  const { codec, contextOf, recordIdOf, rng, k, sampling, policyKey } = options;
  const id = recordIdOf?.(problem, index) ?? problem.id;
  const context = contextOf(problem, index);
  const prompt = codec.prompt(problem, context);
  const seed = rng.fork(`eval/${id}`).nextUint32();
  const key = hashJson([policyKey, [...prompt], problem.answer, k, sampling, seed]);
  return { id, problem, context, prompt, seed, key };
}

async function dropOtherKeys(tasks: readonly Task[], path: string): Promise<void> {
  const keys = new Map(tasks.map(({ id, key }) => [id, key]));
  await cutJsonl<EvalRecord>(path, ({ problemId, key }) => (keys.get(problemId) ?? key) === key);
}

function refuseOtherKeys(tasks: readonly Task[], done: ReadonlyMap<string, EvalRecord>, path: string): void {
  const other = tasks.find(({ id, key }) => (done.get(id)?.key ?? key) !== key);
  if (!other) return;
  throw new RaRftError({
    code: 'run-folder',
    message: `the evaluation of problem ${other.id} was made with another policy, prompt or sampling setting`,
    where: path,
    expected: 'records of the same evaluation',
    hint: 'Delete this file to evaluate again, or choose another run name.',
  });
}

async function sampleBatch(tasks: readonly Task[], options: EvaluateOptions): Promise<EvalRecord[]> {
  const problems = tasks.map((task) => ({ task, failed: tooLong(task.prompt.length, options) }));
  const samples = await sampleTasks(
    problems.filter((p) => p.failed === undefined).map((p) => p.task),
    options,
  );
  return problems.map(({ task: { id, problem, context, prompt, key }, failed }) => ({
    key,
    problemId: id,
    split: problem.split ?? 'test',
    traceIds: shownTraces(context).map((trace) => trace.id),
    promptTokens: prompt.length,
    samples: samples.get(id) ?? [],
    ...(failed === undefined ? {} : { failed }),
  }));
}

/** Judged samples by the record's id. */
async function sampleTasks(
  tasks: readonly Task[],
  { policy, codec, verifier, k, sampling }: EvaluateOptions,
): Promise<Map<string, EvalSample[]>> {
  const samplesOf = new Map<string, EvalSample[]>(tasks.map(({ id }) => [id, []]));
  if (tasks.length === 0) return samplesOf;
  const requests = tasks.map(({ prompt, seed }) => ({ prompt, n: k, seed }));
  const work = async (samples_G: readonly Sample[], n: number): Promise<EvalSample[]> => {
    const { problem } = tasks[n]!;
    const texts = samples_G.map(({ tokens }) => codec.decode(tokens));
    const pairs = texts.map((response) => ({ problem, response }));
    const judged = await judgeAll(verifier, pairs);
    return samples_G.map(({ stopReason, tokens }, g) => {
      // Clock times would make files of the same seed differ.
      const { timeMs: _timeMs, ...verdict } = judged[g]!.verdict;
      return { text: texts[g]!, tokens: tokens.length, stopReason, verdict, reward: judged[g]!.reward ?? null };
    });
  };
  const options = { ...sampling, stopTokens: codec.stopTokens };
  const { results_N } = await workAsTheyCome(policy, requests, options, { work });
  for (const [i, { id }] of tasks.entries()) samplesOf.get(id)!.push(...results_N[i]!);
  return samplesOf;
}

function tooLong(
  length: number,
  { policy, sampling, maxPromptTokens = Infinity }: EvaluateOptions,
): string | undefined {
  if (length > maxPromptTokens)
    return `the prompt is ${length} tokens long, prompt.maxPromptTokens is ${maxPromptTokens}`;
  return doesNotFit(length, sampling.maxTokens, policy.info.maxContext);
}

/** Why a prompt of so many tokens cannot be sampled after; undefined where it can. */
export function doesNotFit(length: number, maxTokens: number, window: number): string | undefined {
  if (length + maxTokens <= window) return undefined;
  return `the prompt's ${length} tokens and ${maxTokens} of a response do not fit the window of ${window}`;
}
