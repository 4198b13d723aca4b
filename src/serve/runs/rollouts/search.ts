/** Rollouts that are looked for: in one step, or in all training steps of an arm, file by file and within a bound. */
import { allQuestions, problemsById } from '../run-texts.js';
import { groupsOf, type ShownGroup, type ShownResponse } from './groups.js';
import { PAGE, type RolloutList, type RolloutQuery, type RolloutRow } from './schemas.js';
import type { StepFile } from './step-files.js';

type Filter = Pick<RolloutQuery, 'outcome' | 'rule' | 'minTokens' | 'maxTokens' | 'trace' | 'text'>;

/** What one search reads at most, in bytes; it goes on from the next step when it is asked to. */
export const MOST_BYTES = 128 * 2 ** 20;

/** Letters of a response in a list. */
const SHOWN = 240;

/** Whether a response of a group is one that is looked for; `question` is the problem's, where text is looked for. Pure. */
export function matches(filter: Filter, group: ShownGroup, response: ShownResponse, question = ''): boolean {
  const { outcome, rule, minTokens = 0, maxTokens = Infinity, trace, text } = filter;
  if (outcome !== undefined && response.verdict.outcome !== outcome) return false;
  if (rule !== undefined && response.verdict.rule !== rule) return false;
  if (response.length < minTokens || response.length > maxTokens) return false;
  if (trace !== undefined && !group.traceIds.includes(trace)) return false;
  return text === undefined || [question, response.text].some((one) => one.toLowerCase().includes(text.toLowerCase()));
}

/**
 * `files` are those of one arm. Reads a file line by line, and after each asks whether the bound is passed: a search that ended there
 * says the step to go on from.
 */
export async function searchRollouts(
  root: string,
  files: readonly StepFile[],
  query: RolloutQuery,
  mostBytes = MOST_BYTES,
): Promise<RolloutList> {
  const { step: key, from, page } = query;
  const asked = files.filter((file) =>
    key === undefined ? file.kind === 'training' && file.step >= from : file.key === key,
  );
  const questions = query.text === undefined ? undefined : await allQuestions(root);
  const outcomes = new Map<RolloutRow['outcome'], number>();
  const rules = new Set<string>();
  const rows: RolloutRow[] = [];
  let [matched, looked, bytes, read] = [0, 0, 0, 0];
  for (const file of asked) {
    if (read > 0 && bytes + file.bytes > mostBytes) break;
    for await (const group of groupsOf(file)) {
      for (const [sample, response] of group.responses.entries()) {
        looked++;
        const { outcome, rule } = response.verdict;
        rules.add(rule);
        if (!matches(query, group, response, questions?.get(group.problemId))) continue;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (matched >= page * PAGE && rows.length < PAGE) rows.push(rowOf(file, group, sample, response));
        matched++;
      }
    }
    bytes += file.bytes;
    read++;
  }
  const problems = await problemsById(
    root,
    rows.map(({ problemId }) => problemId),
  );
  const next = asked[read]?.step;
  return {
    matched,
    looked,
    outcomes: [...outcomes].map(([outcome, count]) => ({ outcome, count })).toSorted((a, b) => b.count - a.count),
    rules: [...rules].toSorted(),
    page,
    pages: Math.ceil(matched / PAGE),
    rows: rows.map((row) => {
      const question = problems.get(row.problemId)?.question;
      return { ...row, ...(question !== undefined && { question: begun(question) }) };
    }),
    ...(read > 0 && { steps: { first: asked[0]!.key, last: asked[read - 1]!.key } }),
    ...(next !== undefined && { next }),
  };
}

function rowOf({ key }: StepFile, { group, problemId, traceIds }: ShownGroup, sample: number, own: ShownResponse) {
  const { text, verdict, reward, advantage, length: tokens, stopReason } = own;
  const { outcome, rule } = verdict;
  const ids = { key, group, sample, problemId, traceIds: [...traceIds] };
  return { ...ids, outcome, rule, reward, advantage, tokens, stopReason, text: begun(text) } satisfies RolloutRow;
}

/** The beginning of a text, with no half of a letter at its end. */
function begun(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
