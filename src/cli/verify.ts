/** `ra-rft verify`: one verdict with its reason, or a whole file of them. */
import { openVerifier, type AnswerKind, type MathOptions, type Verdict, type Verifier } from '../verify/index.js';
import { RaRftError } from '../core/errors.js';
import type { CliContext } from './context.js';
import type { VerifySetup } from './verify-file.js';
import { wholeNumber } from './whole-number.js';

/** Options as the command line gives them. */
export interface VerifyOptions {
  gold?: string;
  answer?: string;
  reward: string;
  question: string;
  explain?: boolean;
  input?: string;
  out?: string;
  extractOnly?: boolean;
  kinds?: string;
  decimals?: string;
  anyNames?: boolean;
  boxedFirst: boolean;
  intervals: boolean;
  afterThinking?: boolean;
  timeoutMs?: string;
  workers: string;
}

/** Throws `usage` for options that do not fit together, and what opening the verifier or reading the file throws. */
export async function verify(options: VerifyOptions, context: CliContext): Promise<void> {
  const setup = setupOf(options);
  if (options.input !== undefined) {
    const { gradeFile, extractFile } = await import('./verify-file.js');
    const files = { input: options.input, ...(options.out !== undefined && { out: options.out }) };
    if (options.extractOnly === true) return extractFile(files, context);
    if (options.reward !== 'math') throw usage('--input works with --reward math', '--reward');
    return gradeFile(files, { ...setup, steps: options.explain === true }, context);
  }
  const { gold, answer } = options;
  if (gold === undefined || answer === undefined)
    throw usage('give --gold and --answer, or --input with a file', '--answer');
  if (options.extractOnly === true) throw usage('--extract-only works on a file, given by --input', '--extract-only');
  const { math, ...limits } = setup;
  const steps = options.explain === true;
  const verifier = await openVerifier(options.reward, { ...limits, math: { ...math, steps } });
  try {
    const verdict = await judge(verifier, gold, answer, options.question);
    if (steps) for (const line of explained(gold, verdict)) context.out(line);
    else context.out(JSON.stringify(verdict, null, 2));
  } finally {
    await verifier.dispose();
  }
}

async function judge(verifier: Verifier, gold: string, response: string, question: string): Promise<Verdict> {
  const [verdict] = await verifier.verifyMany([{ problem: { id: 'command-line', question, answer: gold }, response }]);
  if (!verdict) throw new RaRftError({ code: 'verifier', message: `${verifier.name} left out a verdict` });
  return verdict;
}

/** A verdict with all that led to it, a line each. */
export function explained(gold: string, verdict: Verdict): string[] {
  const { outcome, rule, extracted, goldForm, answerForm, steps = [], reason, timeMs } = verdict;
  const form = (text: string | undefined, asWritten: string) =>
    text === undefined || text === asWritten ? '' : `  read as  ${text}`;
  return [
    `gold     ${gold}${form(goldForm, gold)}`,
    extracted === undefined ? 'answer   none found' : `answer   ${extracted}${form(answerForm, extracted)}`,
    ...steps.map((step, i) => `${String(i + 1).padStart(4)}  ${step}`),
    `verdict  ${outcome}, by the rule ${rule}${reason === undefined ? '' : `: ${reason}`}`,
    ...(timeMs === undefined ? [] : [`time     ${timeMs.toFixed(2)} ms`]),
  ];
}

const kindNames: readonly AnswerKind[] = ['latex', 'expression', 'letter'];

function setupOf(options: VerifyOptions): VerifySetup {
  const math: MathOptions = {};
  if (options.kinds !== undefined) {
    math.kinds = options.kinds.split(',').map((name) => {
      const kind = kindNames.find((known) => known === name.trim());
      if (!kind) throw usage(`no kind of answer is named ${name}`, '--kinds', kindNames.join(', '));
      return kind;
    });
  }
  if (options.decimals !== undefined) math.decimals = wholeNumber('--decimals', options.decimals, 0);
  if (options.anyNames === true) math.strictNames = false;
  if (!options.boxedFirst) math.preferBoxed = false;
  if (!options.intervals) math.intervalsMatchInequalities = false;
  if (options.afterThinking === true) math.afterThinking = true;
  return {
    math,
    ...(options.timeoutMs !== undefined && { timeoutMs: wholeNumber('--timeout-ms', options.timeoutMs, 1) }),
    workers: wholeNumber('--workers', options.workers, 1),
  };
}

function usage(message: string, where: string, expected?: string): RaRftError {
  return new RaRftError({ code: 'usage', message, where, ...(expected !== undefined && { expected }) });
}
