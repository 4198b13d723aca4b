/** `ra-rft eval --policy`: one policy on data files, outside of a run. Resumable sample by sample. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generationKey, generationOf, llmKeyFor, type Config, type DataPresetName } from '../../config/index.js';
import { ownedParts } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import { writeJsonAtomic } from '../../core/files.js';
import { hashJson } from '../../core/hash.js';
import { ignoreMissing } from '../../core/missing.js';
import type { Progress } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import { configDifferences } from '../../runs/run-folder.js';
import { warningText } from '../../runs/warnings.js';
import { takeFolderLock } from '../../core/run-lock.js';
import { dataFiles, loadProblems, lookAtFile, showing, shownTraces, type Problem } from '../../data/index.js';
import {
  localPolicy,
  policyScores,
  recordsOf,
  samplePolicy,
  serverPolicy,
  taskFacts,
  type PolicyScores,
  type SampleLine,
  type SampleTask,
  type TextPolicy,
} from '../../eval/index.js';
import { policyRefOf } from '../../engine/index.js';
import { leastSeconds, openLlmClient } from '../../llm/index.js';
import { openConfiguredEngine } from '../engines.js';
import { hashModelFolder, promptWording, rewardIdentity } from '../fingerprint.js';
import { findTraces, tellLeftOut, type FoundTraces, type TraceSource } from './policy-traces.js';
import { tokenisedHere } from '../served-policy.js';
import { modelFolderOf, openConfiguredVerifier, openPrompts, samplerOf, type OpenEngine } from '../session.js';

/** A data file, or several under one name. */
export interface EvaluatedSet {
  name: string;
  /** As it was named: a path, a pattern, an address on the Hub. */
  path: string;
  /** The files of that name; undefined: they are looked for. */
  files?: readonly string[];
  /** How its fields are named; undefined: found by looking at it. */
  preset: DataPresetName | undefined;
}

export interface PolicyEvaluationRequest {
  /** Prompt, reward, limits, engine and server; `model.path` is the policy where it is on this machine. */
  config: Config;
  /** `server`: the model `llm.model` at `llm.baseUrl`. */
  policy: 'local' | 'server';
  sets: readonly EvaluatedSet[];
  traces: TraceSource | undefined;
  /** First problems of each set; undefined: all. */
  limit: number | undefined;
  /** Folder of samples.jsonl, eval.json and what resuming needs. */
  out: string;
  progress: Progress;
  /** Default: the local engine. */
  openEngine?: OpenEngine;
}

/** eval.json. */
export interface PolicyEvaluation extends PolicyScores {
  settings: EvaluationSettings;
  data: { name: string; path: string; problems: number; leftOut: number; withTrace: number }[];
  /** Why samples failed, the commonest first. */
  failures: { reason: string; samples: number }[];
}

type EvaluationSettings = Awaited<ReturnType<typeof settingsOf>>;

interface LoadedSet extends EvaluatedSet {
  problems: Problem[];
  leftOut: number;
}

/**
 * Samples, judges and scores; writes samples.jsonl and eval.json. Throws `run-folder` where the folder holds another evaluation,
 * `llm`, `context-length` or `verifier` where nothing could be sampled or judged, of one set too (the figures of the
 * others are written before).
 */
export async function evaluatePolicy(request: PolicyEvaluationRequest): Promise<PolicyEvaluation> {
  const { config, out, progress } = request;
  if (request.policy === 'server') refuseUnasked(config);
  const parts = ownedParts();
  try {
    parts.own(await takeFolderLock(join(out, 'eval.lock')));
    const verifier = parts.own(await openConfiguredVerifier(config));
    const check = verifier.checkAnswer?.bind(verifier);
    const sets = [];
    for (const set of request.sets) sets.push(await loadSet(set, request, check));
    const indexFolder = join(out, 'index');
    const traces = request.traces && (await findTraces(request.traces, sets, { config, indexFolder, progress }));
    const tasks = tasksOf(sets, config.eval.k, traces);
    const settings = await settingsOf(request, sets, tasks, traces);
    const settingsPath = join(out, 'settings.json');
    await refuseOtherSettings(settingsPath, settings);
    const policy = await openPolicy(request);
    let lines: ReadonlyMap<string, SampleLine>;
    try {
      // Only now: a policy that does not open leaves the folder to another.
      await writeJsonAtomic(settingsPath, settings);
      lines = await samplePolicy({ policy, verifier, tasks, path: join(out, 'samples.jsonl'), progress });
    } finally {
      await policy.dispose();
    }
    const { k, bootstrapSamples: resamples } = config.eval;
    const rng = Rng.fromSeed(config.seed).fork('eval-policy');
    const scores = policyScores(recordsOf(tasks, lines), { k, resamples, rng, facts: taskFacts(tasks) });
    const data = sets.map(({ name, path, problems, leftOut }) => {
      const withTrace = problems.filter((problem) => traces?.tracesOf(name, problem)[0] !== undefined).length;
      return { name, path, problems: problems.length, leftOut, withTrace };
    });
    const evaluation = { settings, data, ...scores, failures: failuresOf(lines) };
    if (scores.scores.length > 0) await writeJsonAtomic(join(out, 'eval.json'), evaluation);
    return evaluation;
  } finally {
    await parts.close();
  }
}

/** Throws where a set has no figure at all: nothing of it was sampled, or nothing judged. */
export function refuseUnscored({ unscored, data, settings }: PolicyEvaluation, out: string): void {
  const [first] = unscored;
  if (!first) return;
  throw new RaRftError({
    code: first.sampled ? 'verifier' : 'server' in settings.policy ? 'llm' : 'context-length',
    message: `no sample of ${unscored.map(({ split }) => split).join(', ')} has a verdict; the first reason: ${first.reason}`,
    where: join(out, 'samples.jsonl'),
    expected: `judged samples of all of ${data.map(({ name }) => name).join(', ')}`,
    hint: 'The figures of the others are in eval.json. The same command tries what failed again.',
  });
}

async function loadSet(
  set: EvaluatedSet,
  { config, limit, progress }: PolicyEvaluationRequest,
  checkAnswer: ((answer: string) => string | undefined) | undefined,
): Promise<LoadedSet> {
  const paths = set.files ?? (await dataFiles(set.path));
  const mapping = set.preset === undefined ? (await lookAtFile(paths[0]!)).mapping : { preset: set.preset };
  const { answers, unusable, unverifiable } = config.data;
  const options = { answers, unusable, unverifiable, ...(checkAnswer && { checkAnswer }) };
  const { items, skipped } = await loadProblems(paths, { ...mapping, ...options });
  tellLeftOut(skipped, progress);
  return { ...set, problems: items.slice(0, limit), leftOut: skipped.length };
}

function tasksOf(sets: readonly LoadedSet[], k: number, traces: FoundTraces | undefined): SampleTask[] {
  return sets.flatMap(({ name: set, problems }) =>
    problems.flatMap((problem) => {
      const context = showing(...(traces?.tracesOf(set, problem) ?? []));
      return Array.from({ length: k }, (_, attempt) => ({ set, problem, attempt, context }));
    }),
  );
}

/** Everything that the samples depend on, for people to read and for the next start to compare. */
async function settingsOf(
  { config, policy, limit, traces: source }: PolicyEvaluationRequest,
  sets: readonly LoadedSet[],
  tasks: readonly SampleTask[],
  traces: FoundTraces | undefined,
) {
  const { seed, prompt, llm, reward } = config;
  const { temperature, maxTokens, stop, topP, topK } = generationOf(config, 'eval');
  const folder = modelFolderOf(config);
  return {
    policy:
      policy === 'server'
        ? { server: llm.baseUrl, model: llm.model }
        : {
            model: config.model.path,
            weights: await hashModelFolder(folder),
            ...(config.engine.kind !== 'local' && { served: config.engine.model }),
          },
    k: config.eval.k,
    temperature,
    maxTokens,
    stop,
    ...(topP !== 1 && { topP }),
    ...(topK !== 0 && { topK }),
    seed,
    prompt: promptWording(prompt),
    reward: { name: reward, identity: await rewardIdentity(config) },
    limit: limit ?? null,
    data: Object.fromEntries(sets.map(({ name, problems }) => [name, hashJson(problems)])),
    traces: traces
      ? {
          from: traces.name,
          corpus: traces.corpusSize,
          ...(source && source.count > 1 && { perPrompt: source.count }),
          found: hashJson(tasks.map(({ context }) => shownTraces(context))),
        }
      : null,
  };
}

async function refuseOtherSettings(path: string, settings: EvaluationSettings): Promise<void> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text === undefined) return;
  const differences = configDifferences(JSON.parse(text), JSON.parse(JSON.stringify(settings)));
  if (differences.length === 0) return;
  const shown = differences.map(({ key, a, b }) => `${key} (${JSON.stringify(a)}, now ${JSON.stringify(b)})`);
  throw new RaRftError({
    code: 'run-folder',
    message: `the folder holds another evaluation; different: ${shown.slice(0, 4).join(', ')}`,
    where: path,
    expected: 'the settings that the samples were made with',
    hint: 'Name another folder with --out, or remove this one.',
  });
}

async function openPolicy(request: PolicyEvaluationRequest): Promise<TextPolicy> {
  const { config, out, progress, openEngine = openConfiguredEngine } = request;
  const { prompt, llm } = config;
  const rng = Rng.fromSeed(config.seed).fork('eval');
  if (request.policy === 'server') {
    const { maxTokens, temperature } = generationOf(config, 'eval');
    const layout = chatLayout(config);
    const settings = { ...llm, timeoutSeconds: Math.max(llm.timeoutSeconds, leastSeconds(maxTokens)) };
    const apiKey = llmKeyFor(llm);
    const client = await openLlmClient({ settings, apiKey, cachePath: join(out, 'replies.jsonl'), progress });
    return serverPolicy({ client, layout, templates: prompt, temperature, maxTokens, rng });
  }
  const { codec, sampling } = samplerOf({ config, ...(await openPrompts(config)) }, 'eval');
  const engine = openEngine(config.engine, modelFolderOf(config), (text) =>
    progress.line(warningText({ code: 'engine', where: 'engine', text })),
  );
  try {
    const policy = await engine.open(await policyRefOf(modelFolderOf(config)));
    const text = await tokenisedHere(engine);
    if (text !== undefined) progress.line(warningText({ code: 'tokenised-here', where: 'engine', text }));
    const dispose = () => engine.dispose();
    return localPolicy({ name: config.model.path, policy, codec, sampling, rng, dispose });
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** A chat completion is asked with a length and a temperature alone: anything else would be left out without a word. */
function refuseUnasked(config: Config): void {
  chatLayout(config);
  const generation = generationOf(config, 'eval');
  const unsaid = (
    [
      ['topP', 1],
      ['topK', 0],
    ] as const
  ).find(([name, none]) => generation[name] !== none);
  const [name] = unsaid ?? (generation.stop.length > 0 ? (['stop'] as const) : []);
  if (name === undefined) return;
  const key = generationKey(config, 'eval', name).join('.');
  throw new RaRftError({
    code: 'config',
    message: `${key} is ${JSON.stringify(generation[name])}, and a server is only asked with maxTokens and temperature`,
    where: key,
    expected: 'topP 1, topK 0 and no stop texts with a --policy that is http(s)://',
  });
}

function chatLayout({ prompt: { layout } }: Config): 'chat-turn' | 'user-turn' {
  if (layout === 'auto') return 'chat-turn';
  if (layout !== 'completion') return layout;
  throw new RaRftError({
    code: 'config',
    message: 'a server is asked in chat messages, and the layout is a plain completion',
    where: 'prompt.layout',
    expected: 'auto, chat-turn or user-turn',
  });
}

function failuresOf(lines: ReadonlyMap<string, SampleLine>): PolicyEvaluation['failures'] {
  const counts = new Map<string, number>();
  for (const { reward, reason = 'no reason was given' } of lines.values())
    if (reward === null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, samples]) => ({ reason, samples })).toSorted((a, b) => b.samples - a.samples);
}
