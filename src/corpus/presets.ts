/** Known data sets: field names, where the answer stands, and the coarse names of their types. */
import type { CorpusPresetName } from '../config/index.js';
import type { FieldNames } from '../data/index.js';

/** Where a right answer is looked for: its own field, the last box of the solution, what follows `####`. */
export type AnswerSource = 'field' | 'box' | 'hashes';

export interface CorpusPreset {
  fields: Partial<FieldNames>;
  /** Tried in order until one gives an answer. */
  answerFrom: readonly AnswerSource[];
  /** Coarse type by the data's own name, in lower case. */
  typeNames: Readonly<Record<string, string>>;
}

/** Names of MATH's seven subjects and of NuminaMath's and OpenR1's problem types. */
const typeNames = {
  prealgebra: 'algebra',
  'intermediate algebra': 'algebra',
  'counting & probability': 'combinatorics',
  'counting and probability': 'combinatorics',
  'logic and puzzles': 'combinatorics',
} as const;

export const presetOf: Readonly<Record<CorpusPresetName, CorpusPreset>> = {
  plain: { fields: {}, answerFrom: ['field', 'box', 'hashes'], typeNames: {} },
  // MATH (Hendrycks et al.): the answer is the last box of the solution; copies that have it in a field are taken by it.
  math: { fields: { question: 'problem' }, answerFrom: ['field', 'box'], typeNames },
  // GSM8K: the field named answer holds the solution, and the answer follows its ####.
  gsm8k: { fields: { solution: 'answer' }, answerFrom: ['hashes'], typeNames: {} },
  // OpenR1-Math-220k: `solution` is the human solution; `generations`, the long model ones, are not read.
  'openr1-math': {
    fields: { id: 'uuid', question: 'problem', type: 'problem_type' },
    answerFrom: ['field', 'box'],
    typeNames,
  },
  // NuminaMath-1.5 has fields for answer and type; NuminaMath-CoT has neither, its answers stand in boxes.
  numinamath: { fields: { question: 'problem', type: 'problem_type' }, answerFrom: ['field', 'box'], typeNames },
};
