/** Known data sets: what their fields are called, where their answers stand, and the coarse names of their types. */

/**
 * Which field of a record holds what; dots reach into nested objects (`meta.answer`), and `problem|question` is the first of them
 * that a record has.
 */
export interface FieldNames {
  id: string;
  question: string;
  answer: string;
  /** Worked solution of a problem; the reasoning trace of a corpus record. */
  solution: string;
  type: string;
  truth: string;
  split: string;
  /** Formula of a word problem (`( 30.0 - 11.0 )`): gives `truth` and `solution` where those are missing. */
  equation: string;
  source: string;
}

/** Every field under its own name. */
export const DEFAULT_FIELDS: FieldNames = {
  id: 'id',
  question: 'question',
  answer: 'answer',
  solution: 'solution',
  type: 'type',
  truth: 'truth',
  split: 'split',
  equation: 'equation',
  source: 'source',
};

export interface DataPreset {
  about: string;
  fields: Partial<FieldNames>;
  /** Fields in which the answer is looked for, in this order; a solution counts for the answer that it ends in. */
  answers: readonly string[];
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

/** Forms of data, which a file can be told by. */
export const formPresetNames = ['plain', 'math', 'gsm8k', 'openr1-math', 'numinamath', 'verl', 'trl'] as const;
/** Benchmarks by name, each as its publishers have it on the Hub. */
export const benchmarkNames = ['aime24', 'aime25', 'aime26', 'hmmt25', 'brumo25', 'math500'] as const;
export const dataPresetNames = [...formPresetNames, ...benchmarkNames] as const;
export type DataPresetName = (typeof dataPresetNames)[number];

/** A benchmark of competition problems; publishers name its fields in different ways. */
function benchmark(about: string): DataPreset {
  return {
    about,
    fields: {
      id: 'unique_id|id|ID|problem_idx',
      question: 'problem|question|Problem',
      answer: 'answer|Answer',
      solution: 'solution|Solution',
      type: 'problem_type|subject|type',
    },
    answers: ['answer|Answer', 'solution|Solution'],
    typeNames,
  };
}

export const dataPresets: Readonly<Record<DataPresetName, DataPreset>> = {
  plain: { about: 'every field under its own name', fields: {}, answers: ['answer'], typeNames: {} },
  math: {
    about: 'MATH (problem, solution, type): the answer is the last box of the solution, where there is no field answer',
    fields: { question: 'problem' },
    answers: ['answer', 'solution'],
    typeNames,
  },
  gsm8k: {
    about: 'GSM8K (question, answer): the field answer holds the solution, and the answer follows its ####',
    fields: { solution: 'answer' },
    answers: ['answer'],
    typeNames: {},
  },
  // `solution` is the human solution; `generations`, the long model ones, are not read.
  'openr1-math': {
    about: 'OpenR1-Math-220k (uuid, problem, solution, answer, problem_type)',
    fields: { id: 'uuid', question: 'problem', type: 'problem_type' },
    answers: ['answer', 'solution'],
    typeNames,
  },
  // NuminaMath-1.5 has fields for answer and type; NuminaMath-CoT has neither, its answers stand in boxes.
  numinamath: {
    about: 'NuminaMath, CoT and 1.5 (problem, solution, answer, problem_type)',
    fields: { question: 'problem', type: 'problem_type' },
    answers: ['answer', 'solution'],
    typeNames,
  },
  verl: {
    about: 'verl (prompt as chat messages, reward_model.ground_truth, data_source)',
    fields: {
      question: 'prompt',
      answer: 'reward_model.ground_truth',
      solution: 'extra_info.answer',
      source: 'data_source',
    },
    answers: ['reward_model.ground_truth'],
    typeNames: {},
  },
  trl: {
    about: 'TRL (prompt as text or chat messages, and answer, ground_truth, solution or completion)',
    fields: { question: 'prompt' },
    answers: ['answer', 'ground_truth', 'solution', 'completion'],
    typeNames: {},
  },
  aime24: benchmark(
    'AIME 2024, 30 problems: HuggingFaceH4/aime_2024, Maxwell-Jia/AIME_2024, math-ai/aime24 (answers in boxes), MathArena/aime_2024_I and _II',
  ),
  aime25: benchmark(
    'AIME 2025, 30 problems: MathArena/aime_2025, yentinglin/aime_2025, math-ai/aime25, opencompass/AIME2025 (two files)',
  ),
  aime26: benchmark('AIME 2026, 30 problems: MathArena/aime_2026, math-ai/aime26'),
  hmmt25: benchmark('HMMT February 2025, 30 problems: MathArena/hmmt_feb_2025'),
  brumo25: benchmark('BrUMO 2025, 30 problems: MathArena/brumo_2025'),
  math500: benchmark('MATH-500, 500 problems: HuggingFaceH4/MATH-500'),
};

/** The names under a preset, with those on top that a user gives; null and undefined leave a name to the preset. */
export function fieldNamesOf(
  preset: DataPresetName,
  own: Partial<Record<keyof FieldNames, string | null | undefined>>,
): FieldNames {
  const given = Object.entries(own).filter(([, name]) => name !== null && name !== undefined);
  return { ...DEFAULT_FIELDS, ...dataPresets[preset].fields, ...(Object.fromEntries(given) as Partial<FieldNames>) };
}
