/** Two arms paired by problem, as the pages are told. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';

/** A run and one of its arms, as `RUN:ARM`. */
const side = z
  .string()
  .max(500)
  .regex(/^.+:[^:]+$/, 'RUN:ARM')
  .describe('RUN:ARM');

export const PAGE = 50;

const sides = {
  a: side,
  b: side,
  stepA: z.coerce.number().int().min(0).optional().describe('Of its evaluation; the last where it is missing.'),
  stepB: z.coerce.number().int().min(0).optional(),
};

export const compareQuery = z.object({
  ...sides,
  split: z.string().max(200).optional(),
  order: z
    .enum(['a-first', 'b-first'])
    .default('a-first')
    .describe('Which problems come first: those on which a is better, or b.'),
  page: z.coerce.number().int().min(0).default(0).describe(`From 0; ${PAGE} a page.`),
});
export type CompareQuery = z.infer<typeof compareQuery>;

export const problemQuery = z.object({ ...sides, problem: z.string().min(1).max(1000) });

const comparedSide = z.object({
  run: z.string(),
  arm: z.string(),
  step: z.int(),
  steps: z.array(z.int()).describe('Of all its evaluations.'),
});
export type ComparedSide = z.infer<typeof comparedSide>;

const comparedProblem = z.object({
  problemId: z.string(),
  split: z.string(),
  question: z.string(),
  a: z.number(),
  b: z.number(),
  difference: z.number().describe('a - b.'),
});
export type ComparedProblem = z.infer<typeof comparedProblem>;

export const comparison = z.object({
  a: comparedSide,
  b: comparedSide,
  k: z.int().describe('Samples that a problem needs to be compared.'),
  splits: z.array(
    z.object({
      split: z.string(),
      a: z.number().optional().describe('Averages over the problems that are compared.'),
      b: z.number().optional(),
      difference: z.number().optional().describe('a - b; absent where no problem can be compared.'),
      ci95: z.tuple([z.number(), z.number()]).optional(),
      n: z.int(),
      leftOut: z.int().describe('Problems that not both have k judged samples of.'),
    }),
  ),
  better: z.object({ a: z.int(), b: z.int(), same: z.int() }).describe('Problems of the shown splits.'),
  page: z.int(),
  pages: z.int(),
  problems: z.array(comparedProblem),
  meaning: z.string().describe('What a paired difference is.'),
});
export type ComparisonAnswer = z.infer<typeof comparison>;

const problemSide = comparedSide.extend({
  key: z.string().describe('Of its step, for the address of its rollouts.'),
  group: z.int().optional().describe('Absent where it was not sampled.'),
  failed: z.string().optional(),
  traces: z.array(
    z.object({
      id: z.string(),
      question: z.string().optional(),
      trace: z.string().optional(),
      answer: z.string().optional(),
    }),
  ),
  samples: z.array(
    z.object({
      text: z.string(),
      outcome: z.string(),
      rule: z.string(),
      extracted: z.string().optional(),
      reward: z.number().nullable(),
      tokens: z.int(),
    }),
  ),
});
export type ProblemSide = z.infer<typeof problemSide>;

export const problemAnswer = z.object({
  problem: z.object({
    id: z.string(),
    question: z.string(),
    answer: z.string(),
    solution: z.string().optional(),
    split: z.string().optional(),
  }),
  a: problemSide,
  b: problemSide,
});
export type ProblemAnswer = z.infer<typeof problemAnswer>;
