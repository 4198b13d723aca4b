/** What the pages are told of the labels of a run, and what a person says there. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';

const judge = z.object({
  id: z.string().describe('`run`: whose labels the retriever learns from.'),
  name: z.string(),
  kind: z.enum(['run', 'earlier', 'truth', 'person']),
  pairs: z.int(),
  failed: z.int(),
  relevant: z.number().nullable().describe('Share of the decided pairs; null without any.'),
  meanScore: z.number().nullable().describe('Mean gain, or share of votes; null without any.'),
  problems: z.int(),
  repeated: z
    .object({ reason: z.string(), pairs: z.int() })
    .nullable()
    .describe('The justification that more than half of the pairs share.'),
});
export type JudgeLine = z.infer<typeof judge>;

const agreement = z.object({
  a: z.string(),
  b: z.string(),
  pairs: z.int(),
  failed: z.int(),
  agreement: z.number().nullable(),
  kappa: z.number().nullable().describe('Null where a judge says one thing only.'),
  kappaCi95: z.tuple([z.number(), z.number()]).nullable(),
});
export type AgreementLine = z.infer<typeof agreement>;

export const labelsSummary = z.object({
  judges: z.array(judge),
  agreements: z.array(agreement),
  leftOut: z.string().optional().describe('Labels that nothing may be learnt from, with the reasons.'),
});
export type LabelsSummary = z.infer<typeof labelsSummary>;

const number = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .transform(Number);

export const pairsQuery = z.object({
  judge: z.string().max(200).default('run').describe('Whose labels the next filters are about.'),
  said: z.enum(['any', 'yes', 'no', 'failed']).default('any'),
  min: number.optional().describe('Least gain (or share of votes).'),
  max: number.optional(),
  text: z.string().max(1000).default('').describe('In problem, trace, ids or justification, whatever its case.'),
  order: z.enum(['disagreements', 'gain', 'file']).default('disagreements'),
  from: z.coerce.number().int().min(0).default(0),
});
export type PairsQuery = z.infer<typeof pairsQuery>;

const verdict = z.object({
  judge: z.string().describe('The id of a judge.'),
  relevant: z.boolean().nullable().describe('Null where the judgement failed.'),
  score: z.number().optional(),
  reason: z.string().optional(),
  failed: z.string().optional(),
  inferred: z.literal(true).optional().describe('Nobody judged it: it follows from others of its class.'),
});
export type Verdict = z.infer<typeof verdict>;

const side = z.object({ id: z.string(), question: z.string(), solution: z.string() });

const pair = z.object({
  problem: side,
  trace: side,
  verdicts: z.array(verdict),
  differ: z.boolean().describe('Whether two judges say different things.'),
});
export type JudgedPair = z.infer<typeof pair>;

export const pairsAnswer = z.object({
  total: z.int().describe('Pairs that the filters let pass.'),
  differing: z.int().describe('Those of them on which judges differ.'),
  pairs: z.array(pair),
  limit: z.int().describe('Pairs of a page.'),
});
export type PairsAnswer = z.infer<typeof pairsAnswer>;

const who = z.string().trim().min(1).max(60).describe('Name of the person.');
export const blindQuery = z.object({ who });
export const blindBody = z.strictObject({
  who,
  key: z.string().max(200).describe('Of the pair that was shown.'),
  relevant: z.boolean().nullable().describe('Null: cannot tell.'),
});
export const undoBody = z.strictObject({ who });

export const blindState = z.object({
  next: z
    .object({
      key: z.string(),
      problem: z.string(),
      solution: z.string(),
      reference: z.string(),
      referenceSolution: z.string(),
    })
    .nullable()
    .describe('The pair to be labelled, without what anybody says of it; null when all are.'),
  done: z.int(),
  of: z.int(),
  last: z.object({ relevant: z.boolean().nullable(), problem: z.string() }).nullable(),
  agreements: z.array(agreement).describe('Of the person with each judge.'),
});
export type BlindState = z.infer<typeof blindState>;
