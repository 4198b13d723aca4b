/** The keys of the data: files or the embedded world, how files are read, what is tested on. */
import { z } from 'zod';
import { dataPresetNames } from './data-presets.js';
import { count, fieldName, key, path, paths, section, share } from './schema-fields.js';

/** Values of fields are compared as text. */
const fieldValue = z.union([z.string(), z.number(), z.boolean()]);

const dataFile = (what: string) =>
  section(
    {
      path: paths(
        `File with ${what} (JSONL, JSON, CSV, TSV, Parquet; text also with gzip), a pattern (data/*.jsonl) or a list of them; relative to the configuration file. null: none.`,
      ),
      preset: key(
        z.enum(dataPresetNames).default('plain'),
        'Field names and place of the answer of a known data set (docs/data.md). plain: every field under its own name.',
      ),
      fields: section(
        {
          id: fieldName('Field with a unique id; where lines have none, ids are made from the text.'),
          question: fieldName('Field with the problem statement, as text or chat messages.'),
          answer: fieldName('Field with the gold answer, bare or at the end of a worked solution.'),
          solution: fieldName('Field with a right worked solution (the reasoning trace, in a corpus).'),
          type: fieldName('Field with a coarse problem type; optional in the data.'),
          truth: fieldName('Field with a fact that only grades labels and retrievers; optional in the data.'),
          split: fieldName(
            'Field with the evaluation split of a test problem; nothing of the split unseen is trained on or labelled. Optional in the data.',
          ),
          equation: fieldName(
            'Field with the formula of a word problem; gives truth and solution where those are missing.',
          ),
          source: fieldName('Field with where the problem comes from; optional in the data.'),
        },
        "Names of the fields in this file, dots reach into nested objects, a|b is the first of the two that a record has; null: the preset's.",
      ),
      where: key(
        z.record(z.string().min(1), z.union([fieldValue, z.array(fieldValue).min(1)])).default({}),
        'Takes only the lines whose fields have these values, one or a list each ({fold: [1, 2, 3]}), so that one file can hold several sets.',
      ),
      workedAnswer: key(
        z.enum(['number', 'expression']).default('number'),
        'What solutions worked from an equation end in. expression: \\boxed{41 + 57}, which the reward math evaluates, so that choosing the operations is the task.',
      ),
    },
    `${what[0]!.toUpperCase()}${what.slice(1)}.`,
  );

const world = section(
  {
    seed: count(
      0,
      1,
      "Seed of the generated problems and traces; apart from the run's seed, so that runs of several seeds face one world.",
    ),
    trainProblems: count(1, 1024, 'Training problems.', 'problems'),
    tracesPerRule: count(1, 6, 'Solved examples of each house rule in the corpus.', 'traces'),
    seenTests: count(0, 100, 'Test problems whose rule occurs in training.', 'problems'),
    unseenTests: count(0, 100, 'Test problems whose rule occurs in the corpus only.', 'problems'),
    easyTests: count(0, 0, 'Test problems that say what to do.', 'problems'),
  },
  'Size of the embedded world.',
);

export const data = section(
  {
    source: key(
      z.enum(['auto', 'world', 'files']).default('auto'),
      'The embedded world, or files of your own. auto: files where one is named, else the world.',
    ),
    world,
    problems: dataFile('training problems'),
    corpus: dataFile('solved problems to retrieve from'),
    tests: dataFile('test problems'),
    testShare: share(
      0.2,
      'Without a tests file: share of the problems kept for testing, chosen by a hash of their text.',
    ),
    splitSeed: key(
      z.int().min(0).nullable().default(null),
      "Seed of what is kept for testing and held out; null: the run's. With a number, runs of several seeds face one test set.",
    ),
    holdOut: section(
      {
        share: share(
          0,
          'Share of the truths (equation templates, for one) that training never shows: half of their problems are solved in the corpus, half are tests, both of the split unseen; with a tests file, its problems of these truths are the tests. 0: none.',
        ),
        minProblems: count(2, 4, 'Different problems that a truth needs to be held out.', 'problems'),
      },
      'Strategies that are met at the test alone, for files whose problems have a truth or an equation.',
    ),
    answers: key(
      z.enum(['final', 'whole']).default('final'),
      'final: a gold answer that is a worked solution counts for the answer it ends in (a box, ####, "the answer is"). whole: the text as it stands.',
    ),
    unusable: key(
      z.enum(['error', 'skip']).default('error'),
      'A line that is broken or lacks a field: stop, or leave it out and list it.',
    ),
    unverifiable: key(
      z.enum(['error', 'skip']).default('skip'),
      'A problem whose answer the verifier cannot read: stop, or leave it out and list it (data/left-out.jsonl).',
    ),
    excludeLists: path(
      'JSONL file of traces that a problem is never shown or paired with, beside itself and its own text; for files of your own (exclude.jsonl of ra-rft corpus build). null: none.',
    ),
    mostWordsInCommon: share(
      1,
      'A trace is never shown to or paired with a problem if more than this share of their distinct words is in both (words with digits do not count): the same problem with other numbers is near 1. 1: no limit. Only of files.',
    ),
    maxTrain: count(0, 0, 'Use at most this many training problems; 0: all.', 'problems'),
    maxTest: count(0, 0, 'Use at most this many test problems of each split; 0: all.', 'problems'),
  },
  'Problems to train and test on, and solved problems to retrieve. Without a corpus file the solutions of the training problems are the corpus.',
);
