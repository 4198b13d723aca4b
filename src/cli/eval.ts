/** `ra-rft eval --policy`: one policy on data files, outside of a run. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  benchmarkNames,
  dataPresetNames,
  movedKeys,
  resolveConfig,
  type Config,
  type DataPresetName,
} from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import {
  evaluatePolicy,
  refuseUnscored,
  type EvaluatedSet,
  type PolicyEvaluation,
  type TraceSource,
} from '../pipeline/index.js';
import { formatTable, policyTable, policyTraceUseTable } from '../report/index.js';
import { newestOrItself } from '../train/index.js';
import type { CliContext } from './context.js';
import { localFiles } from './local-files.js';
import { wholeNumber } from './whole-number.js';

/** Options as the command line gives them; those of a run that mean something here too are among them. */
export interface EvalPolicyOptions {
  policy: string;
  model?: string;
  data?: string;
  /** Names of data presets, with commas between. */
  preset?: string;
  k?: string;
  temperature?: string;
  maxTokens?: string;
  traceFrom?: string;
  corpus?: string;
  traces?: string;
  out?: string;
  limit?: string;
  config?: string;
  set: string[];
  seed?: string;
}

/** Evaluates and prints the table. Throws `usage` for options that do not fit together, and what the evaluation throws. */
export async function evalPolicy(given: EvalPolicyOptions, context: CliContext): Promise<void> {
  const isServer = /^https?:\/\//.test(given.policy);
  const isFolder = !isServer && given.policy !== 'embedded';
  const options = isFolder ? { ...given, policy: await newestOrItself(given.policy) } : given;
  const named = setsOf(options);
  const config = configOf(options, isServer);
  for (const text of movedKeys({ file: options.config, set: options.set })) context.progress.line(`warning: ${text}`);
  const out = options.out ?? join('evals', nameOf(options, isServer));
  const limit = options.limit === undefined ? undefined : wholeNumber('--limit', options.limit, 1);
  const policy = isServer ? 'server' : 'local';
  const traces = tracesOf(options);
  const { progress } = context;
  const downloads = join(out, 'downloads');
  const sets: EvaluatedSet[] = [];
  for (const set of named)
    sets.push({ ...set, files: await localFiles([set.path], { downloads, split: 'test', progress }) });
  const evaluation = await evaluatePolicy({ config, policy, sets, traces, limit, out, progress });
  for (const line of textOf(evaluation)) context.out(line);
  context.out(`everything is in ${out}`);
  refuseUnscored(evaluation, out);
}

/** The table with what its reader must know beside it. */
function textOf({ scores, data, failures, settings }: PolicyEvaluation): string[] {
  const leftOut = data.filter((set) => set.leftOut > 0).map((set) => `${set.leftOut} of ${set.name}`);
  const without = data.filter((set) => settings.traces !== null && set.withTrace < set.problems);
  const use = policyTraceUseTable(scores);
  return [
    ...(scores.length > 0 ? ['per cent [95 % interval]', formatTable(policyTable(scores))] : []),
    ...(use ? ['use of traces, per cent [95 % interval] (problems)', formatTable(use)] : []),
    ...failures.slice(0, 3).map(({ reason, samples }) => `${samples} samples without a verdict: ${reason}`),
    ...(leftOut.length > 0 ? [`problems left out, since their answers cannot be verified: ${leftOut.join(', ')}`] : []),
    ...without.map((set) => `${set.problems - set.withTrace} of ${set.problems} problems of ${set.name} got no trace`),
  ];
}

function configOf(options: EvalPolicyOptions, isServer: boolean): Config {
  const { policy, model, k, temperature, maxTokens, seed } = options;
  const shorts = {
    'eval.k': k,
    'eval.generation.temperature': temperature,
    'eval.generation.maxTokens': maxTokens,
    seed,
  };
  const set = Object.entries(shorts).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  // The embedded model speaks the words of its world, and is judged and stopped as there.
  const preset = policy === 'embedded' && options.config === undefined ? 'demo' : undefined;
  const config = resolveConfig({ preset, file: options.config, set: [...set, ...options.set] });
  if (isServer)
    return { ...config, llm: { ...config.llm, baseUrl: addressOf(policy), model: model ?? config.llm.model } };
  if (model !== undefined) throw usage('--model names a model on a server', '--model', 'a --policy that is http(s)://');
  return { ...config, model: { ...config.model, path: policy === 'embedded' ? policy : resolve(policy) } };
}

function addressOf(policy: string): string {
  if (URL.canParse(policy)) return policy.replace(/\/+$/, '');
  throw usage(`${policy} is no address`, '--policy', 'http://host:port/v1');
}

/** `model`, `embedded`, or the last two folders of a path, since checkpoints of all arms are named alike. */
function nameOf({ policy, model }: EvalPolicyOptions, isServer: boolean): string {
  const path = resolve(policy);
  const name = isServer ? (model ?? new URL(addressOf(policy)).host) : `${basename(dirname(path))}-${basename(path)}`;
  return policy === 'embedded' ? policy : name.replaceAll(/[^\w.-]+/g, '-');
}

function tracesOf({ traceFrom, corpus, traces = '1' }: EvalPolicyOptions): TraceSource | undefined {
  const count = wholeNumber('--traces', traces, 1);
  const shown = traceFrom ?? (corpus === undefined ? 'none' : 'bm25');
  if (shown !== 'none') return { from: shown, corpus, count };
  if (corpus !== undefined)
    throw usage('--corpus is given, and --trace-from none takes no trace from it', '--trace-from');
  if (count > 1)
    throw usage(`--traces is ${count}, and nothing says where traces are from`, '--traces', '--trace-from');
  return undefined;
}

/** `file`, `file,file`, `name=file`. */
function setsOf({ data, preset }: EvalPolicyOptions): EvaluatedSet[] {
  const parts = listOf(data);
  if (parts.length === 0) throw usage('no problems are named', '--data', 'a data file, or several with commas between');
  const presets = listOf(preset).map(presetOf);
  if (presets.length > 1 && presets.length !== parts.length)
    throw usage(`--preset names ${presets.length} forms for ${parts.length} files`, '--preset', 'one, or one a file');
  const sets = parts.map((part, i): EvaluatedSet => {
    const named = existsSync(part) ? undefined : /^([\w.-]+)=(.+)$/.exec(part);
    const path = named?.[2] ?? part;
    const own = presets[presets.length === 1 ? 0 : i];
    const isBenchmark = (benchmarkNames as readonly string[]).includes(own ?? '');
    const speaks = isBenchmark && presets.length === parts.length ? own : undefined;
    return { name: named?.[1] ?? speaks ?? basename(path, extname(path)), path, preset: own };
  });
  const twice = sets.find(({ name }, i) => sets.findIndex((other) => other.name === name) !== i);
  if (!twice) return sets;
  throw usage(`two files are named ${twice.name}`, '--data', 'names of your own: one=FILE,other=FILE');
}

function presetOf(name: string): DataPresetName {
  const known = dataPresetNames.find((preset) => preset === name);
  if (known) return known;
  throw usage(`no form of data is named ${name}`, '--preset', dataPresetNames.join(', '));
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function usage(message: string, where: string, expected?: string): RaRftError {
  return new RaRftError({ code: 'usage', message, where, ...(expected !== undefined && { expected }) });
}
