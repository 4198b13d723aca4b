/** Problems and traces from data files. */
import { equationTemplate } from './equation-template.js';
import { proseProblem } from './gold.js';
import type { Where } from './line-choice.js';
import { loadLines, UnverifiableAnswer, type Loaded } from './load-lines.js';
import { contentId } from './normalise.js';
import { goldIn, readingOf, type Reading, type ReadingOptions } from './reading.js';
import { missingField, optionalText, requiredText, unusable } from './record-text.js';
import type { Problem, Trace } from './types.js';
import { workedSolution, type WorkedAnswer } from './worked-solution.js';

export interface LoadOptions extends Pick<ReadingOptions, 'preset' | 'fields'> {
  /** `final` (default): an answer that is a worked solution counts for what it says last. `whole`: the text as it stands. */
  answers?: 'final' | 'whole';
  /** Takes only the lines whose fields have these values. Default: all. */
  where?: Where;
  /** What solutions worked from an equation end in. Default `number`. */
  workedAnswer?: WorkedAnswer;
  /** Says why an answer cannot be verified, undefined where it can: a gold answer is checked when it is read. */
  checkAnswer?: (answer: string) => string | undefined;
  /** What to do with a line that is broken or lacks a field: stop (default), or leave it out and list it in `skipped`. */
  unusable?: 'error' | 'skip';
  /** What to do with a line whose answer `checkAnswer` refuses: leave it out and list it (default), or stop. */
  unverifiable?: 'error' | 'skip';
}

/** `unworked`: problems with an equation that gives no solution, and none of their own, each with its place and why. */
export interface LoadedProblems extends Loaded<Problem> {
  unworked: { where: string; message: string }[];
}

type Row = Record<string, unknown>;

/**
 * Reads problems from the files that `paths` name (patterns too). An answer that is a worked solution gives the answer that it
 * ends in, and is the `solution` where the line has none. An equation, where the file has one, gives `truth` (its template)
 * and `solution` (worked from it) where those are missing. Ids that are missing are made from the content.
 * Throws `io` where a file cannot be read, `data` with `file:line` at the first line that is not to be skipped.
 */
export async function loadProblems(
  paths: string | readonly string[],
  options: LoadOptions = {},
): Promise<LoadedProblems> {
  const reading = readingOf(options);
  const reasons = new Map<string, string>();
  const loaded = await loadLines(paths, reading, lineOptions(reading, options), (record) => {
    const { question, answer, type, solved, worked, ...rest } = common(record, reading, options);
    const id = optionalText(record, reading.fields.id, 'id') ?? contentId('p', question, answer);
    if (solved === undefined && worked && 'unsupported' in worked) reasons.set(id, worked.unsupported);
    return defined({
      id,
      question,
      answer,
      type,
      solution: solved ?? (worked && 'solution' in worked ? worked.solution : undefined),
      ...rest,
    });
  });
  const unworked = loaded.items.flatMap(({ id }, i) => {
    const message = reasons.get(id);
    return message === undefined ? [] : [{ where: loaded.places[i]!, message }];
  });
  return { ...loaded, unworked };
}

/** Reads traces: as {@link loadProblems}, and every line needs its solution (or an equation that gives one). */
export async function loadTraces(paths: string | readonly string[], options: LoadOptions = {}): Promise<Loaded<Trace>> {
  const reading = readingOf(options);
  return loadLines(paths, reading, lineOptions(reading, options), (record) => {
    const { question, answer, solved, worked, ...rest } = common(record, reading, options);
    const trace =
      solved ??
      optionalText(record, 'trace', 'solution') ??
      (worked && 'solution' in worked ? worked.solution : undefined);
    if (trace === undefined) {
      if (worked && 'unsupported' in worked) {
        throw unusable(`no solution, and none can be built: ${worked.unsupported}`);
      }
      throw missingField(record, reading.fields.solution, 'solution');
    }
    return defined({
      id: optionalText(record, reading.fields.id, 'id') ?? contentId('t', question, trace),
      question,
      trace,
      answer,
      ...rest,
    });
  });
}

function lineOptions({ fields }: Reading, { unusable: broken, unverifiable, where }: LoadOptions) {
  const ownId = (record: Row) => optionalText(record, fields.id, 'id') !== undefined;
  return { unusable: broken, unverifiable, where, ownId };
}

/** What problems and traces have alike; `solved` is the solution of the data itself. */
function common(record: Row, reading: Reading, options: LoadOptions) {
  const { fields } = reading;
  const question = requiredText(record, fields.question, 'question');
  const gold = goldIn(record, reading, options.answers === 'whole');
  const { answer } = gold;
  refuseUnverifiable(answer, options);
  const equation = optionalText(record, fields.equation, 'equation');
  const type = optionalText(record, fields.type, 'type');
  const text = fields.solution === fields.answer ? undefined : optionalText(record, fields.solution, 'solution');
  const own = text === answer && gold.from === fields.solution ? undefined : text;
  return {
    question,
    answer,
    type: type === undefined ? undefined : reading.typeOf(type),
    source: optionalText(record, fields.source, 'source'),
    truth: optionalText(record, fields.truth, 'truth') ?? (equation && equationTemplate(question, equation)),
    split: optionalText(record, fields.split, 'split'),
    solved: own ?? gold.solution,
    worked: equation === undefined ? undefined : workedSolution({ question, equation, answer }, options.workedAnswer),
  };
}

function refuseUnverifiable(answer: string, { checkAnswer, answers }: LoadOptions): void {
  if (!checkAnswer) return;
  const reason = (answers === 'whole' ? undefined : proseProblem(answer)) ?? checkAnswer(answer);
  if (reason === undefined) return;
  throw new UnverifiableAnswer({
    code: 'data',
    message: `answer ${JSON.stringify(answer.slice(0, 60))} cannot be verified: ${reason}`,
    expected: 'an answer the verifier can read',
    hint: 'Mend the answer, choose another reward, or set data.unverifiable to skip.',
  });
}

/** Drops undefined members, so that items written and read again are equal. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== '')) as T;
}
