/** What is odd about data that can be used: said before a run, since it shows in results only later. */
import type { Config } from '../../config/index.js';
import {
  answerKey,
  finalAnswer,
  parseNumberText,
  type Problem,
  type Trace,
  type TraceGuard,
} from '../../data/index.js';
import type { Verifier } from '../../verify/index.js';
import { showsTraces } from '../retrieve/contexts.js';

/** Places that a warning names; the rest is counted. */
const SHOWN = 5;
/** Share of equal gold answers from which on it is said. */
const MOST = 0.9;
/** Fewer problems may well have one answer. */
const LEAST_PROBLEMS = 4;
/** Problems that are asked for a trace they may be shown. */
const ASKED = 50;

/** A worked solution with the gold answer that it should end in. */
export interface Solved {
  id: string;
  question: string;
  answer: string;
  solution: string;
  /** `file:line`. */
  where: string;
}

/**
 * Counts the solutions that end in another answer than their gold, and names the first: one of the two is wrong, and both are
 * learnt from. What looks different is decided by the verifier of the run; where it cannot compare, nothing is said.
 */
export async function contradictionWarning(solved: readonly Solved[], verifier: Verifier): Promise<string | undefined> {
  if (!verifier.checkAnswer) return undefined; // a reward module may mean anything by an answer
  const claims = solved.flatMap((item) => {
    const found = finalAnswer(item.solution);
    const said = found && 'answer' in found ? found : undefined;
    return said && !sayTheSame(said, item.answer) ? [{ ...item, said: said.answer }] : [];
  });
  const unclear = claims.filter(({ said, answer }) => !farApart(said, answer));
  const verdicts = await verifier.verifyMany(
    unclear.map(({ said, solution: _, where: __, ...problem }) => ({ problem, response: `\\boxed{${said}}` })),
  );
  const equal = new Set(unclear.filter((_, i) => verdicts[i]!.outcome !== 'mismatch'));
  const wrong = claims.filter((claim) => !equal.has(claim));
  if (wrong.length === 0) return undefined;
  const shown = wrong
    .slice(0, SHOWN)
    .map(({ where, said, answer }) => `${where} ends in ${short(said)}, gold ${short(answer)}`);
  const rest = wrong.length > SHOWN ? `; and ${wrong.length - SHOWN} more` : '';
  return `${wrong.length} of ${solved.length} solutions end in another answer than their gold: ${shown.join('; ')}${rest}`;
}

/** The end of a sentence is only taken for an answer where it is a number. */
function sayTheSame({ answer, mark }: { answer: string; mark: string }, gold: string): boolean {
  if (mark === 'phrase' && !parseNumberText(answer)) return true;
  return answerKey(answer) === answerKey(gold);
}

/** Two numbers that no rounding makes the same. */
function farApart(said: string, gold: string): boolean {
  const [a, b] = [parseNumberText(said), parseNumberText(gold)];
  if (!a || !b) return false;
  const magnitude = (n: bigint) => (n < 0n ? -n : n);
  return magnitude(a.n * b.d - b.n * a.d) * 10n > magnitude(b.n * a.d);
}

/** Says how many problems have an equation that no solution could be worked from, and why the first of them. */
export function unworkedWarning(unworked: readonly { where: string; message: string }[]): string | undefined {
  if (unworked.length === 0) return undefined;
  const shown = unworked.slice(0, SHOWN).map(({ where, message }) => `${where}: ${short(message)}`);
  const rest = unworked.length > SHOWN ? `; and ${unworked.length - SHOWN} more` : '';
  return `${unworked.length === 1 ? '1 problem has' : `${unworked.length} problems have`} no solution, since none could be worked from their equation: ${shown.join('; ')}${rest}`;
}

/** Says that all training problems, or nearly all, have one answer. */
export function equalAnswersWarning(train: readonly Problem[]): string | undefined {
  if (train.length < LEAST_PROBLEMS) return undefined;
  const counts = new Map<string, number>();
  for (const { answer } of train) counts.set(answerKey(answer), (counts.get(answerKey(answer)) ?? 0) + 1);
  const [key, count] = [...counts].toSorted((a, b) => b[1] - a[1])[0]!;
  if (count < MOST * train.length) return undefined;
  const { answer } = train.find((problem) => answerKey(problem.answer) === key)!;
  const which = count === train.length ? `all ${count}` : `${count} of ${train.length}`;
  return `${which} training problems have the same answer, ${short(answer)}: always saying it would be right`;
}

/** Says that no training problem may be shown a trace, where an arm wants to show some. */
export function noTraceWarning(
  { arms }: Config,
  train: readonly Problem[],
  corpus: readonly Trace[],
  guard: TraceGuard,
): string | undefined {
  if (arms.every(({ train }) => !showsTraces(train))) return undefined;
  if (train.slice(0, ASKED).some((problem) => corpus.some((trace) => guard.mayTeach(problem, trace)))) return undefined;
  return `no training problem may be shown any of the ${corpus.length} traces: each is the problem's own, has its answer or is kept apart from it`;
}

/** Says that system messages of chats are no part of the prompts, where the configuration has none either. */
export function systemWarning({ prompt }: Config, systemTexts: readonly string[]): string | undefined {
  const [first] = systemTexts;
  if (first === undefined || prompt.system !== null) return undefined;
  const which = systemTexts.length === 1 ? 'a system message' : `${systemTexts.length} different system messages`;
  return `the chats have ${which}, which no prompt will hold; set prompt.system to say one: ${JSON.stringify(short(first))}`;
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= 80 ? line : `${line.slice(0, 77)}...`;
}
