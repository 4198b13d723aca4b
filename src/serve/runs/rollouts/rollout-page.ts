/** One rollout with everything that is known of it. */
import { readFile } from 'node:fs/promises';
import { RaRftError } from '../../../core/errors.js';
import type { Tokenizer } from '../../../models/index.js';
import { keptConfig } from '../../../report/index.js';
import { runPaths } from '../../../runs/index.js';
import { problemsById, tracesById } from '../run-texts.js';
import { groupsOf, shortResponse, type ShownGroup, type ShownResponse } from './groups.js';
import { promptAgain, promptPieces, responsePieces } from './rollout-texts.js';
import type { RunTokenizers } from './run-tokenizers.js';
import type { RolloutAnswer } from './schemas.js';
import type { StepFile } from './step-files.js';

/** Throws `usage` where the file has no such group or sample. */
export async function rolloutPage(
  { root, run, tokenizers }: { root: string; run: string; tokenizers: RunTokenizers },
  file: StepFile,
  place: { group: number; sample: number },
): Promise<RolloutAnswer> {
  const { group, groups } = await groupAt(file, place.group);
  const response = group.responses[place.sample];
  if (!response) throw nothing('sample', place.sample, group.responses.length);
  const problem = (await problemsById(root, [group.problemId])).get(group.problemId);
  const known = await tracesById(root, group.traceIds);
  const traces = group.traceIds.flatMap((id) => known.get(id) ?? []);
  const { model } = keptConfig(await readFile(runPaths(root).config, 'utf8'));
  const opened = await tokenizers.of(model).catch((error: Error) => error);
  const texts =
    opened instanceof Error
      ? { notes: [`Tokens are not shown, since the tokenizer of ${model} cannot be opened: ${opened.message}.`] }
      : textsOf({ root, tokenizer: opened }, group, response, { problem, traces });
  const { arm, key, kind, step } = file;
  const { id, question, answer, solution, type, split } = problem ?? { id: group.problemId };
  return {
    run,
    arm,
    key,
    kind,
    step,
    group: place.group,
    groups,
    sample: place.sample,
    samples: group.responses.map(shortResponse),
    signal: group.signal,
    replaced: group.replaced,
    problem: withoutMissing({ id, question, answer, solution, type, split }),
    traces: group.traceIds.map((traceId) => {
      const found = known.get(traceId);
      return withoutMissing({ id: traceId, question: found?.question, trace: found?.trace, answer: found?.answer });
    }),
    promptTokens: group.promptTokens,
    ...texts,
    text: response.text,
    verdict: response.verdict,
    reward: response.reward,
    advantage: response.advantage,
    stopReason: response.stopReason,
    tokens: response.length,
    ...withoutMissing({ hint: group.hint, policyVersion: group.policyVersion, seed: group.seed }),
  };
}

/** Reads the file to its end, so that its groups are counted. */
async function groupAt(file: StepFile, at: number): Promise<{ group: ShownGroup; groups: number }> {
  let found: ShownGroup | undefined;
  let groups = 0;
  for await (const group of groupsOf(file)) {
    if (group.group === at) found = group;
    groups++;
  }
  if (!found) throw nothing('group', at, groups);
  return { group: found, groups };
}

function textsOf(
  scope: { root: string; tokenizer: Tokenizer },
  group: ShownGroup,
  response: ShownResponse,
  known: Parameters<typeof promptAgain>[2],
): Pick<RolloutAnswer, 'prompt' | 'pieces' | 'notes'> {
  const { tokenizer } = scope;
  const pieces = responsePieces(tokenizer, response, known.traces);
  if (group.prompt) return { prompt: promptPieces(tokenizer, group.prompt), pieces, notes: [] };
  const { prompt, note } = promptAgain(scope, group, known);
  const without = 'Evaluations keep no log-probabilities; tokens are those of the text as the tokenizer cuts it.';
  return { ...(prompt && { prompt }), pieces, notes: [note, without] };
}

function nothing(what: 'group' | 'sample', at: number, count: number): RaRftError {
  return new RaRftError({
    code: 'usage',
    message: `there is no ${what} ${at}`,
    where: what,
    expected: count === 0 ? `a file with any ${what}` : `a number from 0 to ${count - 1}`,
  });
}

type WithoutMissing<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Keys without a value are left out. */
function withoutMissing<T extends object>(values: T): WithoutMissing<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as WithoutMissing<T>;
}
