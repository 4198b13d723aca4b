/** From solved problems to traces: their solutions as they are, or summaries by a language model; each must say the right answer. */
import { boxedTrace, type Trace } from '../data/index.js';
import { forEachParallel, type LlmClient, type ReplyTally, type Said } from '../llm/index.js';
import type { Verifier } from '../verify/index.js';
import { ask } from './ask.js';
import { withoutDrawings } from './drawings.js';
import { MAX_STEPS, SUMMARY_VERSION, summaryMessages, TYPE_VERSION, typeMessages } from './prompts.js';
import type { SolvedProblem } from './types.js';
import { verifyTraces, type Refusal } from './verify-trace.js';

export interface TraceMaking {
  verifier: Verifier;
  /** Needed for summaries and for typing by a model. */
  llm?: LlmClient;
  /** Counts what the model's replies came to. */
  tally?: ReplyTally;
  /** Take Asymptote code out of solutions before anything is made of them. */
  dropDrawings?: boolean;
  /** Longest summary; raw solutions where it is missing. */
  summaryTokens?: number;
  /** Types a model may choose from for problems without one; they stay without where it is missing. */
  typeList?: readonly string[];
}

/**
 * Makes the traces of some problems, in order; a refusal where there is none. Throws what {@link ask} throws, and `llm` where
 * many replies came to nothing before the first one of use.
 */
export async function makeTraces(solved: readonly SolvedProblem[], making: TraceMaking): Promise<(Trace | Refusal)[]> {
  const problems =
    making.dropDrawings === true ? solved.map((p) => ({ ...p, solution: withoutDrawings(p.solution) })) : solved;
  const written = making.summaryTokens === undefined ? await rawTraces(problems, making) : undefined;
  const made: (Trace | Refusal)[] = [];
  await forEachParallel(problems.entries(), making.llm?.parallel ?? 1, async ([at, problem]) => {
    const trace = written?.[at] ?? (await summarise(problem, making));
    const type = typeof trace === 'string' ? await typeOf(problem, making) : undefined;
    const outcome = finish(problem, trace, type);
    made[at] = outcome;
    if (!written || type !== problem.type) countReply(outcome, making);
  });
  return made;
}

/** Counts an outcome that a language model had a part in. */
function countReply(outcome: Trace | Refusal, { tally }: TraceMaking): void {
  tally?.add('reason' in outcome ? `${outcome.reason}: ${outcome.detail}` : undefined);
  if (tally?.hopeless === true) throw tally.useless();
}

function finish(problem: SolvedProblem, trace: string | Refusal, type: string | Refusal | undefined): Trace | Refusal {
  if (typeof trace !== 'string') return trace;
  if (typeof type === 'object') return type;
  const { id, question, answer, source } = problem;
  return { id, question, trace, answer, ...(type !== undefined && { type }), ...(source !== undefined && { source }) };
}

async function rawTraces(problems: readonly SolvedProblem[], { verifier }: TraceMaking): Promise<(string | Refusal)[]> {
  const traces = problems.map((problem) => boxedTrace(problem.solution) ?? problem.solution);
  const refusals = await verifyTraces(
    verifier,
    problems.map((problem, i) => ({ problem, trace: traces[i]! })),
  );
  return traces.map((trace, i) => refusals[i] ?? trace);
}

async function summarise(problem: SolvedProblem, making: TraceMaking): Promise<string | Refusal> {
  const answered = await ask(clientOf(making), {
    messages: summaryMessages(problem),
    promptVersion: SUMMARY_VERSION,
    maxTokens: making.summaryTokens ?? 0,
    read: async ({ text, cut }) => {
      const fault = cut ? 'it was cut off at its longest (corpus.maxSummaryTokens)' : faultOfForm(text);
      if (fault !== undefined) return { reason: 'bad-summary', detail: fault };
      const [refusal] = await verifyTraces(making.verifier, [{ problem, trace: text }]);
      return refusal ?? { value: text };
    },
  });
  return 'value' in answered ? answered.value : answered;
}

/** What is wrong with the form of a summary; undefined where it keeps to it. */
export function faultOfForm(text: string): string | undefined {
  const numbers = [...text.matchAll(/^[ \t*#]*Step[ \t]+(\d+)\b/gim)].map((match) => Number(match[1]));
  if (numbers.length === 0) return 'there is no line that begins with "Step 1 (LABEL):"';
  if (numbers.length > MAX_STEPS) return `there are ${numbers.length} steps, and ${MAX_STEPS} are allowed`;
  const misplaced = numbers.findIndex((number, i) => number !== i + 1);
  if (misplaced >= 0) return `step ${misplaced + 1} has the number ${numbers[misplaced]}`;
  const lastLine = text.trimEnd().split('\n').at(-1) ?? '';
  return /\\boxed/.test(lastLine) ? undefined : 'the last line does not give the answer in \\boxed{}';
}

async function typeOf({ type, question }: SolvedProblem, making: TraceMaking): Promise<string | Refusal | undefined> {
  const { typeList } = making;
  if (type !== undefined || typeList === undefined) return type;
  const answered = await ask(clientOf(making), {
    messages: typeMessages(question, typeList),
    promptVersion: TYPE_VERSION,
    maxTokens: 16,
    read: (said) => {
      const named = typeNamed(said, typeList);
      const detail = `it does not name exactly one of: ${typeList.join(', ')}`;
      return Promise.resolve(named === undefined ? { reason: 'no-type', detail } : { value: named });
    },
  });
  return 'value' in answered ? answered.value : answered;
}

/**
 * The type that a reply names: the whole of it, else the only one that occurs in it. A reply that was cut off must begin with
 * it: a type that comes up later may be a thought.
 */
export function typeNamed({ text, cut }: Said, types: readonly string[]): string | undefined {
  const words = plain(text);
  const whole = types.find((type) => plain(type) === words);
  if (whole !== undefined) return whole;
  const inside = types.filter((type) => ` ${words} `.includes(` ${plain(type)} `));
  const [only] = inside;
  if (only === undefined || inside.length > 1) return undefined;
  return cut && !`${words} `.startsWith(`${plain(only)} `) ? undefined : only;
}

function plain(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

function clientOf({ llm }: TraceMaking): LlmClient {
  if (llm) return llm;
  throw new Error('a language model is needed here, and none was opened');
}
