/** Samples a policy and judges what it says, line by line into one file. Killed and started again it leaves the same file. */
import { RaRftError } from '../../core/errors.js';
import { cutJsonl, JsonlWriter, readJsonl, writeJsonlAtomic } from '../../core/jsonl.js';
import { silent, type Progress } from '../../core/progress.js';
import { judgeAll, RewardWatch, type JudgedResponse, type Verifier } from '../../verify/index.js';
import { lineKey, sampleLine, taskKey, type SampleLine } from './sample-line.js';
import type { Sampled, SampledText, SampleTask, TextPolicy } from './types.js';

export interface SamplePolicyOptions {
  policy: TextPolicy;
  verifier: Verifier;
  tasks: readonly SampleTask[];
  /** Append-only file of {@link SampleLine}; only samples of this very evaluation may stand in it. */
  path: string;
  progress?: Progress;
}

/** So many samples that failed before the first that did not: the rest would fare no better. */
const HOPELESS = 64;

/**
 * Returns a line for every task, by its key. Lines that stand in the file with a reward are kept; what failed is tried again. At
 * the end the lines stand in the order of the tasks. Throws the policy's failure code where the first 64 samples, or all, failed; `verifier`
 * where no answer gets a reward; and what the policy throws.
 */
export async function samplePolicy(options: SamplePolicyOptions): Promise<ReadonlyMap<string, SampleLine>> {
  const { policy, verifier, tasks, path, progress = silent } = options;
  const lines = await keptLines(path, tasks);
  const before = lines.size;
  const bar = progress.task(`evaluate ${policy.name}`, tasks.length, 'samples', before);
  const watch = new RewardWatch(verifier.name);
  const failed: string[] = [];
  let texts = before;
  const writer = await JsonlWriter.open(path);
  try {
    for await (const chunk of policy.sample(tasks, (task) => !lines.has(taskKey(task)))) {
      const judged = await judgeChunk(chunk, verifier);
      const made = chunk.map((sampled) => sampleLine(sampled, judged.get(sampled)));
      await writer.append(...made);
      for (const line of made) lines.set(lineKey(line), line);
      texts += judged.size;
      failed.push(...chunk.flatMap((sampled) => ('failed' in sampled ? [sampled.failed] : [])));
      if (texts === 0 && failed.length >= HOPELESS) throw noneSampled(policy, failed, path);
      if (judged.size > 0) watch.see([...judged.values()], false);
      bar.update(lines.size, failed.length > 0 ? `${failed.length} failed` : '');
    }
  } finally {
    await writer.close();
  }
  bar.end(failed.length > 0 ? `${failed.length} failed` : 'done');
  await writeInOrder(path, tasks, lines);
  if (texts === 0 && tasks.length > 0) throw noneSampled(policy, failed, path);
  return lines;
}

/** Verdicts of the texts of a chunk. */
async function judgeChunk(chunk: readonly Sampled[], verifier: Verifier): Promise<Map<Sampled, JudgedResponse>> {
  const texts = chunk.filter((sampled): sampled is SampledText => 'text' in sampled);
  const spoken = texts.filter(({ said }) => said !== undefined);
  const judged = await judgeAll(
    verifier,
    spoken.map(({ task: { problem }, said = '' }) => ({ problem, response: said })),
  );
  const verdicts = new Map<Sampled, JudgedResponse>(texts.map((sampled) => [sampled, CUT_OFF]));
  for (const [i, sampled] of spoken.entries()) verdicts.set(sampled, judged[i]!);
  return verdicts;
}

const CUT_OFF: JudgedResponse = { verdict: { outcome: 'no_answer', rule: 'cut-off' }, reward: 0 };

/** What an earlier start left, less what failed; a line torn by a kill is cut. */
async function keptLines(path: string, tasks: readonly SampleTask[]): Promise<Map<string, SampleLine>> {
  const wanted = new Set(tasks.map(taskKey));
  const seen = new Set<string>();
  await cutJsonl<SampleLine>(path, (line) => {
    const key = lineKey(line);
    const keep = line.reward !== null && wanted.has(key) && !seen.has(key);
    if (keep) seen.add(key);
    return keep;
  });
  const lines = new Map<string, SampleLine>();
  if (seen.size === 0) return lines;
  for await (const { value } of readJsonl<SampleLine>(path)) lines.set(lineKey(value), value);
  return lines;
}

/** What failed and came later stands at the end of the file; written anew where that is so. */
async function writeInOrder(
  path: string,
  tasks: readonly SampleTask[],
  lines: ReadonlyMap<string, SampleLine>,
): Promise<void> {
  const keys = tasks.map(taskKey).filter((key) => lines.has(key));
  const written = [...lines.keys()];
  if (keys.every((key, i) => key === written[i])) return;
  await writeJsonlAtomic(
    path,
    keys.map((key) => lines.get(key)),
  );
}

function noneSampled({ name, failureCode }: TextPolicy, failed: readonly string[], path: string): RaRftError {
  const [first = 'no reason was given'] = failed;
  const alike = failed.filter((reason) => reason === first).length;
  return new RaRftError({
    code: failureCode,
    message: `${name} gave no answer to any of ${failed.length} samples; the first reason, ${alike} times: ${first}`,
    where: path,
    expected: 'a policy that answers',
    hint:
      failureCode === 'llm'
        ? 'Check --policy, --model and --max-tokens, then run the same command again: what failed is asked again.'
        : 'Lower --max-tokens, or use a model with a longer window.',
  });
}
