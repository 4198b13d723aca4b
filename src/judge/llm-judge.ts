/**
 * The LLM judge: a language model reads two solved problems and says, after a brief justification, whether the reasoning of
 * the one carries over to the other. What was paid for stands in the client's cache, so a run that was stopped goes on
 * where it was and nothing is asked twice.
 */
import { RaRftError } from '../core/errors.js';
import { cutJsonl, JsonlWriter, readJsonlAll, writeJsonlAtomic } from '../core/jsonl.js';
import { silent, type Progress } from '../core/progress.js';
import {
  forEachParallel,
  ReplyTally,
  whatIsSaid,
  type ChatFailure,
  type ChatRequest,
  type LlmClient,
} from '../llm/index.js';
import { askAgain, planCalls, voteRequest, type JudgeCall, type LlmJudgeSettings } from './llm-calls.js';
import type { Verdict } from './llm-verdict.js';
import type { QueryCandidates } from './pairs.js';
import type { Label } from './types.js';

export interface LlmJudgeOptions extends Omit<LlmJudgeSettings, 'model'> {
  client: LlmClient;
  progress?: Progress;
}

/** What one vote says of one trace: a verdict, or why there is none. */
type Vote = Verdict | { failed: string };

/**
 * Judges all pairs; returns their labels in order. The file is filled as they come, at the end in the order of the pairs,
 * and then holds these labels only. Pairs whose labels stand in it are not judged again; those that had failed are. Throws
 * `budget` where maxUsd or maxCalls stops it, `llm` where the server cannot be used or many replies come to nothing before the
 * first verdict; the labels so far are kept.
 */
export async function judgeByLlm(
  queries: readonly QueryCandidates[],
  { labelsPath, ...options }: LlmJudgeOptions & { labelsPath: string },
): Promise<Label[]> {
  await cutJsonl<Label>(labelsPath, (label) => 'relevant' in label);
  const writer = await JsonlWriter.open(labelsPath);
  try {
    const known = await readJsonlAll<Label>(labelsPath);
    const labels = await judgePairsByLlm(queries, options, known, (fresh) => writer.append(...fresh));
    await writeJsonlAtomic(labelsPath, labels);
    return labels;
  } finally {
    await writer.close();
  }
}

/** As {@link judgeByLlm} without a file: `before` are labels of earlier, and `keep` gets each call's as they come. */
export async function judgePairsByLlm(
  queries: readonly QueryCandidates[],
  options: LlmJudgeOptions,
  before: readonly Label[] = [],
  keep: (fresh: readonly Label[]) => Promise<void> = () => Promise.resolve(),
): Promise<Label[]> {
  const { client, progress = silent } = options;
  const settings: LlmJudgeSettings = { ...options, model: client.model };
  const calls = planCalls(queries, settings);
  const known = new Map(before.map((label) => [label.key, label]));
  const isDone = (call: JudgeCall) => call.labelKeys.every((key) => known.has(key));
  const total = calls.reduce((sum, call) => sum + call.traces.length, 0);
  let done = calls.filter(isDone).reduce((sum, call) => sum + call.traces.length, 0);
  const task = progress.task('judging', total, 'pairs', done);
  const tally = new ReplyTally({ wanted: 'verdict', things: 'pairs' });
  for (const label of before) if ('relevant' in label) tally.add();
  let overBudget = false;
  try {
    await forEachParallel(
      calls.filter((call) => !isDone(call)),
      client.parallel,
      async (call) => {
        const labels = await judgeCall(call, client, settings);
        if (labels === 'over budget') {
          overBudget = true;
          return 'stop';
        }
        const fresh = labels.filter(({ key }) => !known.has(key));
        for (const label of fresh) known.set(label.key, label);
        await keep(fresh);
        for (const label of fresh) tally.add('failed' in label ? label.failed : undefined);
        if (tally.hopeless) throw tally.useless();
        done += call.traces.length;
        task.update(done, spentText(client));
        return undefined;
      },
    );
  } finally {
    task.end(spentText(client));
  }
  if (overBudget) throw stopped(done, total, client);
  return calls.flatMap((call) => call.labelKeys.flatMap((key) => known.get(key) ?? []));
}

/** Labels of the traces of one call, by the majority of the votes. */
async function judgeCall(
  call: JudgeCall,
  client: LlmClient,
  settings: LlmJudgeSettings,
): Promise<Label[] | 'over budget'> {
  const votes = await Promise.all(
    Array.from({ length: settings.votes }, (_, vote) =>
      askVote(call, voteRequest(call, vote, settings), client, settings),
    ),
  );
  const given: Vote[][] = [];
  for (const vote of votes) {
    if (vote === 'over budget') return vote;
    given.push(vote);
  }
  return call.traces.map((trace, at) => ({
    problemId: call.problem.id,
    traceId: trace.id,
    judge: client.model,
    key: call.labelKeys[at] as string,
    ...decide(given.map((vote) => vote[at] as Vote)),
  }));
}

/** One vote: a reply that cannot be read is asked for once more. */
async function askVote(
  call: JudgeCall,
  request: ChatRequest,
  client: LlmClient,
  settings: LlmJudgeSettings,
): Promise<Vote[] | 'over budget'> {
  const votes: (Vote | undefined)[] = call.traces.map(() => undefined);
  const failAll = (failed: string): Vote[] => votes.map((vote) => (vote && !('failed' in vote) ? vote : { failed }));
  let asked = request;
  for (const last of [false, true]) {
    const outcome = await client.complete(asked);
    if (!outcome.ok) return overBudget(outcome) ? 'over budget' : failAll(outcome.reason);
    const { text, finishReason } = outcome.reply;
    if (finishReason === 'refusal' || finishReason === 'content_filter')
      return failAll(`refused: ${short(text) || finishReason}`);
    const said = whatIsSaid(outcome.reply);
    for (const [at, verdict] of call.read(said).entries()) votes[at] = bothSaid(votes[at], verdict);
    if (votes.every((vote) => vote !== undefined)) break;
    if (last) {
      const cut = said.cut ? ' (cut at maxTokens)' : '';
      if (text.trim() === '') return failAll(`an empty reply${cut}`);
      return failAll(`${said.text === '' ? 'nothing but thinking' : 'no verdict in the reply'}${cut}: ${short(text)}`);
    }
    const missing = votes.length === 1 ? [] : votes.flatMap((vote, at) => (vote === undefined ? [at + 1] : []));
    asked = askAgain(request, said, { again: settings.prompt.again, missing });
  }
  return votes as Vote[];
}

/** A second reply fills what the first left open; where it takes back what the first said, there is no verdict. */
function bothSaid(before: Vote | undefined, now: Verdict | undefined): Vote | undefined {
  if (!before || 'failed' in before || !now) return before ?? now;
  return before.relevant === now.relevant ? before : { failed: 'the second reply contradicts the first' };
}

function overBudget(failure: ChatFailure): boolean {
  return failure.kind === 'budget';
}

/** More than half of all votes must agree; what failed counts for neither side. */
function decide(votes: readonly Vote[]): { relevant: boolean; score?: number; reason: string } | { failed: string } {
  const verdicts = votes.filter((vote): vote is Verdict => !('failed' in vote));
  const yes = verdicts.filter((verdict) => verdict.relevant).length;
  const no = verdicts.length - yes;
  const failed = votes.find((vote) => 'failed' in vote)?.failed ?? '';
  if (Math.max(yes, no) * 2 <= votes.length) {
    return { failed: votes.length === 1 ? failed : `${yes} yes, ${no} no of ${votes.length} votes; ${failed}` };
  }
  const relevant = yes > no;
  const reason = verdicts.find((verdict) => verdict.relevant === relevant)?.justification ?? '';
  return { relevant, ...(votes.length > 1 && { score: yes / verdicts.length }), reason };
}

function stopped(done: number, total: number, client: LlmClient): RaRftError {
  const { callsInAll, usdInAll } = client.spent();
  const spent = `${callsInAll} calls${usdInAll === null ? '' : `, ${usdInAll.toFixed(4)} USD`}`;
  return new RaRftError({
    code: 'budget',
    message: `the limit of money or calls was reached after ${done} of ${total} pairs: ${spent} with all earlier attempts`,
    where: 'llm.maxUsd, llm.maxCalls',
    hint: 'What was paid for is kept. Raise the limit and run the same command again.',
  });
}

function spentText(client: LlmClient): string {
  const { calls, usd, failedCalls } = client.spent();
  const parts = [`${calls} calls`];
  if (usd !== null) parts.push(`${usd.toFixed(4)} USD`);
  if (failedCalls > 0) parts.push(`${failedCalls} failed`);
  return parts.join(', ');
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 160 ? line : `${line.slice(0, 157)}...`;
}
