/** From solved problems to traces: their solutions as they are, or summaries by a language model; each must say the right answer. */
import { boxedTrace, type Trace } from '../data/index.js';
import { forEachParallel, type LlmClient } from '../llm/index.js';
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
  /** Take Asymptote code out of solutions before anything is made of them. */
  dropDrawings?: boolean;
  /** Longest summary; raw solutions where it is missing. */
  summaryTokens?: number;
  /** Types a model may choose from for problems without one; they stay without where it is missing. */
  typeList?: readonly string[];
}

/** Makes the traces of some problems, in order; a refusal where there is none. Throws what {@link ask} throws. */
export async function makeTraces(solved: readonly SolvedProblem[], making: TraceMaking): Promise<(Trace | Refusal)[]> {
  const problems =
    making.dropDrawings === true ? solved.map((p) => ({ ...p, solution: withoutDrawings(p.solution) })) : solved;
  const written = making.summaryTokens === undefined ? await rawTraces(problems, making) : undefined;
  const made: (Trace | Refusal)[] = [];
  await forEachParallel(problems.entries(), making.llm?.parallel ?? 1, async ([at, problem]) => {
    const trace = written?.[at] ?? (await summarise(problem, making));
    const type = typeof trace === 'string' ? await typeOf(problem, making) : undefined;
    made[at] = finish(problem, trace, type);
  });
  return made;
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
    read: async (text) => {
      const fault = faultOfForm(text);
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
    read: (text) => {
      const named = typeNamed(text, typeList);
      const detail = `it does not name exactly one of: ${typeList.join(', ')}`;
      return Promise.resolve(named === undefined ? { reason: 'no-type', detail } : { value: named });
    },
  });
  return 'value' in answered ? answered.value : answered;
}

/** The type that a reply names: the whole of it, else the only one that occurs in it. */
export function typeNamed(text: string, types: readonly string[]): string | undefined {
  const said = plain(text);
  const whole = types.find((type) => plain(type) === said);
  if (whole !== undefined) return whole;
  const inside = types.filter((type) => ` ${said} `.includes(` ${plain(type)} `));
  return inside.length === 1 ? inside[0] : undefined;
}

function plain(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

function clientOf({ llm }: TraceMaking): LlmClient {
  if (llm) return llm;
  throw new Error('a language model is needed here, and none was opened');
}
