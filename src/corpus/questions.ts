/** Benchmark problems and queries: files that a corpus is held against. Their question may have any usual name. */
import { errorFacts, RaRftError } from '../core/errors.js';
import {
  contentId,
  goldIn,
  namesText,
  optionalText,
  readRecords,
  USUAL_NAMES,
  type Problem,
  type Reading,
} from '../data/index.js';

/**
 * Problems of all files, with what they have of id, answer and type. A line that cannot be used stops with `data` and its place:
 * a benchmark problem that is passed over would stay in the corpus unseen.
 */
export async function readQuestions(
  paths: readonly string[],
  reading: Reading,
): Promise<(Problem & { where: string })[]> {
  const problems: (Problem & { where: string })[] = [];
  for (const path of paths) {
    for await (const line of readRecords(path)) {
      const { where } = line;
      if ('problem' in line) {
        throw new RaRftError({ code: 'data', message: line.problem, where, expected: line.expected });
      }
      try {
        problems.push({ where, ...problemOf(line.record, reading) });
      } catch (error) {
        throw new RaRftError({ ...errorFacts(error), where });
      }
    }
  }
  return problems;
}

function problemOf(record: Record<string, unknown>, reading: Reading): Problem {
  const { fields, typeOf } = reading;
  const names = [...new Set([fields.question, ...USUAL_NAMES.question])];
  const text = (name: string, key: string) => optionalText(record, name, key);
  const question = names.map((name) => text(name, 'question')).find((found) => found !== undefined);
  if (question === undefined) {
    const message = `no question; the record has: ${namesText(record)}`;
    throw new RaRftError({ code: 'data', message, expected: `a text in ${names.join(' or ')}` });
  }
  const answer = answerOf(record, reading);
  const type = text(fields.type, 'type') ?? text('type', 'type');
  return {
    id: text(fields.id, 'id') ?? text('id', 'id') ?? contentId('p', question, answer),
    question,
    answer,
    ...(type !== undefined && { type: typeOf(type) }),
  };
}

/** The answer where the record has one that can be read; benchmarks may come without. */
function answerOf(record: Record<string, unknown>, reading: Reading): string {
  try {
    return goldIn(record, { ...reading, answers: [...reading.answers, 'answer'] }).answer;
  } catch (error) {
    if (errorFacts(error).code !== 'data') throw error;
    return '';
  }
}
