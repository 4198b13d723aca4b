/** How the records of a file are read: the names of its fields, where the answer stands, what its types are called. */
import { dataPresets, fieldNamesOf, type DataPresetName, type FieldNames } from '../config/data-presets.js';
import { goldOf, proseProblem, type Gold } from './gold.js';
import { missingField, optionalText, unusable } from './record-text.js';

export interface Reading {
  fields: FieldNames;
  /** Fields in which the answer is looked for, in this order. */
  answers: readonly string[];
  /** The type as later stages know it. */
  typeOf: (name: string) => string;
  /** Fields that the user named: some line must have each. */
  named: readonly (keyof FieldNames)[];
}

/** What a user says of a file. */
export interface ReadingOptions {
  /** Known data set whose field names and place of the answer are used. Default: every field under its own name. */
  preset?: DataPresetName;
  /** Names that differ from the preset's; null and undefined leave a name to the preset. */
  fields?: Partial<Record<keyof FieldNames, string | null | undefined>>;
  /** Coarse types on top of the preset's, by the name in the data. */
  typeNames?: Readonly<Record<string, string>>;
}

/** The preset with the user's own names on top. */
export function readingOf({ preset: name = 'plain', fields: own = {}, typeNames = {} }: ReadingOptions): Reading {
  const preset = dataPresets[name];
  const base = fieldNamesOf(name, {});
  const fields = fieldNamesOf(name, own);
  const types = new Map(
    Object.entries({ ...preset.typeNames, ...typeNames }).map(([from, to]) => [from.toLowerCase(), to]),
  );
  const coarse = name !== 'plain' || types.size > 0;
  return {
    fields,
    // A field that the user names is where the answer is.
    answers: fields.answer === base.answer ? preset.answers : [fields.answer],
    typeOf: coarse ? (type) => types.get(type.toLowerCase()) ?? type.toLowerCase() : (type) => type,
    named: (Object.keys(fields) as (keyof FieldNames)[]).filter((key) => fields[key] !== base[key]),
  };
}

/**
 * The gold answer of a record, the field that it is `from`, and the solution around it, where that field holds one. Throws `data` without a place where no
 * field has an answer. With `whole` the text of the field is the answer, whatever it is.
 */
export function goldIn(
  record: Record<string, unknown>,
  { fields, answers }: Reading,
  whole = false,
): Gold & { from: string } {
  for (const name of answers) {
    const text = optionalText(record, name, 'answer');
    if (text === undefined) continue;
    if (whole) return { answer: text, from: name };
    const gold = goldOf(text);
    if ('fault' in gold) throw unusable(`field ${name} (answer) ${gold.fault}`, 'a bare answer, or a whole solution');
    const isSolution = name === fields.solution && name !== fields.answer;
    if (isSolution && gold.answer === text && !mayBeAnswer(text)) {
      throw unusable(
        `field ${name} marks no final answer`,
        'a solution that ends in \\boxed{}, ####, or "the answer is"',
      );
    }
    return { ...gold, from: name };
  }
  throw missingField(record, fields.answer, 'answer');
}

/** Some data sets have bare answers in the field named solution: they hold a number, and are no sentence. */
function mayBeAnswer(text: string): boolean {
  return /\d/.test(text) && text.length <= 60 && proseProblem(text) === undefined && !/\p{L}{2}.*[.:]$/su.test(text);
}
