/** `ra-rft corpus`: from solved problems to a corpus of traces, and a look at one. */
import { llmApiKey, resolveConfig, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { durationText } from '../core/terminal-progress.js';
import {
  buildCorpus,
  corpusPaths,
  discardCorpus,
  inspectCorpus,
  summaryLines,
  type CorpusSummary,
  type RejectReason,
} from '../corpus/index.js';
import { dataFiles } from '../data/index.js';
import { llmCachePath, openLlmClient, ReplyTally, type LlmClient } from '../llm/index.js';
import { openVerifier } from '../verify/index.js';
import type { CliContext } from './context.js';
import { localFiles } from './local-files.js';
import { wholeNumber } from './whole-number.js';

export interface CorpusBuildOptions {
  input: string[];
  out: string;
  exclude: string[];
  queries: string[];
  config?: string;
  set: string[];
  preset?: string;
  field: string[];
  traces?: string;
  seed?: string;
  strict?: boolean;
  redo?: boolean;
}

/**
 * Builds a corpus and prints its summary. Throws what building throws; after a whole build `data` where records were faulty,
 * and `llm` where the language model gave no reply for some: the exit code says that something is left to do.
 */
export async function buildCorpusVerb(options: CorpusBuildOptions, context: CliContext): Promise<void> {
  const started = performance.now();
  const config = resolveConfig({ file: options.config, set: settingsOf(options) });
  if (options.redo === true) await discardCorpus(options.out);
  const { downloads } = corpusPaths(options.out);
  const inputs = await localFiles(options.input, { downloads, split: 'train', progress: context.progress });
  const verifier = await openVerifier(config.reward);
  const llm = await openLlm(config, options.out, context);
  try {
    const { out, strict = false } = options;
    const [exclude, queries] = [await dataFiles(options.exclude), await dataFiles(options.queries)];
    const common = { inputs, exclude, queries, out, strict, verifier, progress: context.progress };
    const summary = await buildCorpus({ ...common, config: config.corpus, seed: config.seed, ...(llm && { llm }) });
    for (const line of summaryLines(summary)) context.out(line);
    context.out(costLine(llm));
    context.out(`${durationText(performance.now() - started)}; everything is in ${out}`);
    refuseUnfinished(summary, out, llm);
  } finally {
    await llm?.dispose();
    await verifier.dispose();
  }
}

export interface CorpusInspectOptions {
  traces: string;
  seed: string;
}

/** Prints counts, what went and why, and random traces of a corpus. */
export async function inspectCorpusVerb(folder: string, options: CorpusInspectOptions, context: CliContext) {
  const traces = wholeNumber('--traces', options.traces);
  const seed = wholeNumber('--seed', options.seed);
  context.out(await inspectCorpus(folder, { traces, seed }));
}

/** Throws `llm` where the replies are why nothing was kept: the samples of the summary say what was wrong with them. */
function refuseUseless({ traces, rejected }: CorpusSummary): void {
  const byReply: RejectReason[] = ['llm-failed', 'no-type', 'bad-summary'];
  if (traces !== 'raw') byReply.push('no-final-answer', 'wrong-answer');
  const tally = new ReplyTally({ wanted: 'trace or type', things: 'records' });
  for (const reason of byReply) {
    const { count = 0, samples = [] } = rejected[reason] ?? {};
    for (let i = 0; i < count; i++) tally.add(`${reason}: ${samples[0]?.detail ?? ''}`);
  }
  if (tally.failed > 0) throw tally.useless();
}

/** The options of the command line as settings of the configuration. */
function settingsOf({ set, preset, field, traces, seed }: CorpusBuildOptions): string[] {
  return [
    ...(preset === undefined ? [] : [`corpus.preset=${preset}`]),
    ...(traces === undefined ? [] : [`corpus.traces=${traces}`]),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...field.map((pair) => `corpus.fields.${pair}`),
    ...set,
  ];
}

async function openLlm(config: Config, out: string, { progress }: CliContext): Promise<LlmClient | undefined> {
  const { llm: settings, corpus } = config;
  if (corpus.traces !== 'summary' && corpus.typing !== 'llm') return undefined;
  const apiKey = llmApiKey(settings.apiKeyEnv);
  return openLlmClient({ settings, apiKey, cachePath: llmCachePath(settings, out), progress });
}

function costLine(llm: LlmClient | undefined): string {
  if (!llm) return 'no call to a language model';
  const { calls, cachedCalls, promptTokens, completionTokens, usd } = llm.spent();
  const price = usd === null ? 'price not known' : `$${usd.toFixed(4)}`;
  return `${llm.model}: ${calls} calls (${cachedCalls} from the cache), ${promptTokens} + ${completionTokens} tokens, ${price}`;
}

function refuseUnfinished(summary: CorpusSummary, out: string, llm: LlmClient | undefined): void {
  const { faults, records, rejected, kept } = summary;
  const where = corpusPaths(out).rejected;
  if (llm && kept === 0) refuseUseless(summary);
  const unasked = rejected['llm-failed']?.count ?? 0;
  if (unasked > 0) {
    throw new RaRftError({
      code: 'llm',
      message: `the language model gave no reply for ${unasked} of ${records} records; the corpus is without them`,
      where,
      hint: 'The same command with --redo asks for these again; replies that came are not paid twice.',
    });
  }
  if (kept === 0) {
    const why = Object.entries(rejected).map(([reason, { count, samples }]) => {
      return `${count} ${reason} (${samples[0]?.where}: ${samples[0]?.detail})`;
    });
    throw new RaRftError({
      code: 'data',
      message: `none of ${records} records came into the corpus: ${why.join(', ')}`,
      where,
      expected: 'solved problems whose solutions end in their answers',
      hint: 'Each stands there with its file and line. Mend the data or its mapping (--preset, --field) and build again with --redo.',
    });
  }
  if (faults === 0) return;
  throw new RaRftError({
    code: 'data',
    message: `${faults} of ${records} records are faulty and were set aside; the corpus is whole without them`,
    where,
    expected: 'records with a question, a solution, an answer and an id of their own',
    hint: 'Each stands there with its file and line. Mend them and build again with --redo, or leave it at that.',
  });
}
