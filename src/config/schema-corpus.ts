/** The part of the schema about making a corpus (`ra-rft corpus build`): what is read, what is kept, how traces are written. */
import { z } from 'zod';
import { dataPresetNames } from './data-presets.js';
import { count, fieldName, key, path, section } from './schema-fields.js';

export const corpus = section(
  {
    preset: key(
      z.enum(dataPresetNames).default('plain'),
      'Field names, place of the answer and names of types of a known data set. plain: every field under its own name.',
    ),
    fields: section(
      {
        id: fieldName('Field with a unique id; where lines have none, ids are made from the text.'),
        question: fieldName('Field with the problem statement.'),
        answer: fieldName(
          'Field with the bare right answer; where it is empty, the answer is taken from the solution.',
        ),
        solution: fieldName('Field with the worked solution.'),
        type: fieldName('Field with the problem type.'),
        source: fieldName('Field with where the problem comes from.'),
      },
      "Names of the fields, dots reach into nested objects, a|b is the first of the two that a record has; null: the preset's.",
    ),
    maxLineMegabytes: count(1, 8, 'A longer line of JSONL is set aside unread.', 'MiB'),
    traces: key(
      z.enum(['raw', 'summary']).default('raw'),
      'raw: solutions as they are. summary: a language model (llm) rewrites each as at most 7 labelled steps that teach its strategy.',
    ),
    drawings: key(
      z.enum(['keep', 'drop']).default('keep'),
      "Asymptote code ([asy] ... [/asy]) in solutions: keep it, or make traces without it. A likelihood rewards a trace with a drawing for the problem's own drawing.",
    ),
    maxSummaryTokens: count(64, 1200, 'Longest reply of the language model for one summary.', 'tokens'),
    typing: key(
      z.enum(['metadata', 'llm']).default('metadata'),
      'metadata: the type field, put through typeNames. llm: where that gives none, a language model picks one of typeList.',
    ),
    typeNames: key(
      z.record(z.string().min(1), z.string().min(1)).default({}),
      "Coarse type of each type in the data, whatever the case, on top of the preset's; a name that is not listed stays as it is, in lower case.",
    ),
    typeList: key(
      z
        .array(z.string().min(1))
        .min(2)
        .default(['algebra', 'geometry', 'number theory', 'combinatorics', 'precalculus', 'calculus', 'other']),
      'The types a language model may choose from.',
    ),
    ngramWords: count(
      2,
      8,
      'A problem that shares this many consecutive words with a benchmark problem (--exclude) is removed.',
      'words',
    ),
    nearDuplicate: key(
      z.number().gt(0).max(1).default(0.8),
      'Problems whose three-word shingles have this Jaccard similarity or more are the same; the first one stays. 1: only the same shingles.',
    ),
    queryOverlap: key(
      z.enum(['remove', 'list']).default('remove'),
      'Problems that are the same as a query (--queries), or nearly: remove them, or keep them for other queries and list them in exclude.jsonl.',
    ),
    tokenizer: path('Model folder whose tokenizer counts the lengths of the summary; null: lengths are estimated.'),
  },
  'How solved problems become a corpus of traces (ra-rft corpus build; docs/corpus.md).',
);
