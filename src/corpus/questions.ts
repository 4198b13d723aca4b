/** Benchmark problems and queries: files that a corpus is held against. Their question may have any usual name. */
import { RaRftError } from '../core/errors.js';
import { contentId, optionalText, readRecords, type Problem } from '../data/index.js';
import type { Reading } from './solved-problem.js';

const USUAL_NAMES = ['question', 'problem', 'prompt'];

/**
 * Problems of all files, with what they have of id, answer and type. A line that cannot be used stops with `data` and its place:
 * a benchmark problem that is passed over would stay in the corpus unseen.
 */
export async function readQuestions(
  paths: readonly string[],
  { fields, typeNames }: Reading,
): Promise<(Problem & { where: string })[]> {
  const names = [...new Set([fields.question, ...USUAL_NAMES])];
  const problems: (Problem & { where: string })[] = [];
  for (const path of paths) {
    for await (const line of readRecords(path)) {
      const { where } = line;
      if ('problem' in line) {
        throw new RaRftError({ code: 'data', message: line.problem, where, expected: line.expected });
      }
      const text = (name: string) => optionalText(line.record, name, name);
      const question = names.map(text).find((found) => found !== undefined);
      if (question === undefined) {
        const message = `no question; the record has: ${Object.keys(line.record).join(', ').slice(0, 200)}`;
        throw new RaRftError({ code: 'data', message, where, expected: `a text in ${names.join(' or ')}` });
      }
      const answer = text(fields.answer) ?? text('answer') ?? '';
      const type = (text(fields.type) ?? text('type'))?.toLowerCase();
      problems.push({
        where,
        id: text(fields.id) ?? text('id') ?? contentId('p', question, answer),
        question,
        answer,
        ...(type !== undefined && { type: typeNames.get(type) ?? type }),
      });
    }
  }
  return problems;
}
