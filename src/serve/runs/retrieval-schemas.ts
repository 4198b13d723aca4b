/** What the pages ask of the retrievers of a run, and are told. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';

export const MOST_RETRIEVERS = 6;
export const MOST_HITS = 20;

const problemSet = z.enum(['test', 'train']);

/** Which problems are listed; labelled ones are training problems. */
export const problemList = z.enum(['test', 'train', 'labelled']);
export type ProblemList = z.infer<typeof problemList>;

const problem = z.object({
  id: z.string(),
  set: problemSet,
  question: z.string(),
  answer: z.string(),
  type: z.string().optional(),
  truth: z.string().optional().describe('Its structure, where the data says it (house rule, equation template).'),
  split: z.string().optional(),
});
export type ShownProblem = z.infer<typeof problem>;

export const runRetrievers = z.object({
  retrievers: z.array(
    z.object({
      name: z.string().describe('`NAME, untrained` is an encoder before its training.'),
      kind: z.string(),
    }),
  ),
  leftOut: z.array(z.object({ name: z.string(), why: z.string() })).describe('Those that cannot be asked here.'),
  problems: z.record(problemList, z.int()).describe('How many problems there are.'),
});
export type RunRetrieverNames = z.infer<typeof runRetrievers>;

export const problemsQuery = z.object({
  set: problemList.default('test'),
  text: z.string().max(1000).default('').describe('What stands in the question or the id, whatever its case.'),
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});
export const problemsAnswer = z.object({ total: z.int(), problems: z.array(problem) });
export type ProblemsAnswer = z.infer<typeof problemsAnswer>;

export const searchBody = z.strictObject({
  problemId: z.string().max(1000).optional().describe('A problem of the run.'),
  question: z.string().trim().min(1).max(20_000).optional().describe('Any other problem.'),
  retrievers: z.array(z.string().max(200)).min(1).max(MOST_RETRIEVERS),
  k: z.int().min(1).max(MOST_HITS).default(5),
  rule: z
    .enum(['test', 'training'])
    .default('test')
    .describe('Which traces may be shown: those of the test, or those of training, where no unseen strategy is.'),
});

const trace = z.object({
  id: z.string(),
  question: z.string(),
  trace: z.string(),
  answer: z.string(),
  type: z.string().optional(),
  truth: z.string().optional(),
  split: z.string().optional(),
});

const label = z.object({
  judge: z.string(),
  relevant: z.boolean().optional().describe('Missing where the judgement failed.'),
  score: z.number().optional().describe('Gain in nats, or the share of votes.'),
  reason: z.string().optional(),
  failed: z.string().optional(),
});

const match = z.object({
  query: z.array(z.string()),
  document: z.array(z.string()),
  chunk: z.int(),
  matches: z.array(z.object({ documentToken: z.int(), similarity: z.number() })),
});

const hit = z.object({
  rank: z.int(),
  score: z.number(),
  trace,
  truth: z.enum(['same', 'other', 'unknown']).describe('Whether problem and trace have one structure.'),
  label: label.optional(),
  match: match.optional(),
});
export type RunHit = z.infer<typeof hit>;

const excluded = z.object({
  score: z.number(),
  trace,
  why: z.string().describe('Completes "the trace ...".'),
});
export type ExcludedHit = z.infer<typeof excluded>;

const found = z.object({
  retriever: z.string(),
  hits: z.array(hit),
  excluded: z.array(excluded).describe('Traces that would stand among the hits and may not be shown.'),
  tokens: z
    .enum(['matched', 'one-vector', 'none'])
    .describe('one-vector: a whole text has one vector, so no tokens match. none: it compares no vectors of tokens.'),
  failed: z.string().optional().describe('Why this retriever gave no answer.'),
});
export type FoundByRetriever = z.infer<typeof found>;

export const searchAnswer = z.object({
  asked: problem.partial().extend({ question: z.string() }),
  found: z.array(found),
});
export type SearchAnswer = z.infer<typeof searchAnswer>;
