/** From a record of a data file to a solved problem, by the field names and the answer rule of its data set. */
import type { CorpusConfig } from '../config/index.js';
import { errorFacts, RaRftError } from '../core/errors.js';
import {
  contentId,
  DEFAULT_FIELDS,
  optionalText,
  requiredText,
  type FieldNames,
  type RecordLine,
} from '../data/index.js';
import { lastBoxed } from '../verify/index.js';
import { answerAfterHashes } from './final-form.js';
import { presetOf, type AnswerSource } from './presets.js';
import type { Rejected, SolvedProblem } from './types.js';

/** How the records of one build are read. */
export interface Reading {
  fields: FieldNames;
  answerFrom: readonly AnswerSource[];
  /** Coarse types by lower-case name. */
  typeNames: ReadonlyMap<string, string>;
}

/** The preset with the user's own names on top. */
export function readingOf(config: Pick<CorpusConfig, 'preset' | 'fields' | 'typeNames'>): Reading {
  const preset = presetOf[config.preset];
  const own = Object.entries(config.fields).filter(([, name]) => name !== null);
  const types = { ...preset.typeNames, ...config.typeNames };
  return {
    fields: { ...DEFAULT_FIELDS, ...preset.fields, ...Object.fromEntries(own) },
    // A field that the user names is where the answer is.
    answerFrom: config.fields.answer === null ? preset.answerFrom : ['field', ...preset.answerFrom],
    typeNames: new Map(Object.entries(types).map(([name, type]) => [name.toLowerCase(), type])),
  };
}

/** Reads one line. A record without a question, solution or answer is set aside; one without an id gets it from its text. */
export function solvedProblem(line: RecordLine, reading: Reading): SolvedProblem | Rejected {
  const { where } = line;
  if ('problem' in line) return { where, reason: 'unreadable', detail: line.problem };
  const { record } = line;
  const { fields, typeNames } = reading;
  try {
    const question = requiredText(record, fields.question, 'question');
    const solution = requiredText(record, fields.solution, 'solution');
    const answer = answerOf(record, solution, reading);
    const type = optionalText(record, fields.type, 'type')?.toLowerCase();
    const source = optionalText(record, fields.source, 'source');
    return {
      id: optionalText(record, fields.id, 'id') ?? contentId('t', question, solution),
      question,
      solution,
      answer,
      ...(type !== undefined && { type: typeNames.get(type) ?? type }),
      ...(source !== undefined && { source }),
    };
  } catch (error) {
    const { code, message } = errorFacts(error);
    if (code !== 'data') throw error;
    return { where, reason: 'missing-field', detail: message };
  }
}

function answerOf(record: Record<string, unknown>, solution: string, { fields, answerFrom }: Reading): string {
  for (const source of answerFrom) {
    const found = fromSource[source](record, solution, fields);
    if (found !== undefined && found !== '') return found;
  }
  const looked = { field: `the field ${fields.answer}`, box: 'a box of the solution', hashes: 'a #### line' };
  const message = `no answer in ${answerFrom.map((source) => looked[source]).join(' or in ')}`;
  throw new RaRftError({ code: 'data', message });
}

const fromSource: Record<
  AnswerSource,
  (record: Record<string, unknown>, solution: string, fields: FieldNames) => string | undefined
> = {
  field: (record, _solution, fields) => optionalText(record, fields.answer, 'answer'),
  box: (_record, solution) => {
    const box = lastBoxed(solution);
    return 'content' in box ? box.content : undefined;
  },
  hashes: (_record, solution) => answerAfterHashes(solution),
};
