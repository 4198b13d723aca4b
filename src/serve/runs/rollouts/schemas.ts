/** Steps of a run and their rollouts, as the pages are told. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';
import { outcomes } from '../../../verify/types.js';

/** What a step's file holds: training rollouts, or samples of test problems in one of three ways. */
export const stepKind = z
  .enum(['training', 'evaluation', 'greedy', 'contexts'])
  .describe('greedy: one response at temperature 0. contexts: with each of the best traces alone.');
export type StepKind = z.infer<typeof stepKind>;

const stepKey = z.string().describe('20 for the rollouts of step 20; eval-20, greedy-20, contexts-20 for evaluations.');
const signal = z
  .enum(['mixed', 'all-right', 'all-wrong', 'failed'])
  .describe('failed: fewer than two responses have a reward.');
export type ShownSignal = z.infer<typeof signal>;

export const stepList = z.object({
  arms: z
    .array(
      z.object({
        arm: z.string(),
        steps: z.array(z.object({ key: stepKey, kind: stepKind, step: z.int(), bytes: z.int() })),
      }),
    )
    .describe('Arms in the order of the configuration; without those that have no file yet.'),
});
export type StepList = z.infer<typeof stepList>;

const outcome = z.enum(outcomes);
const shortResponse = z.object({
  outcome,
  reward: z.number().nullable().describe('Null where the verifier failed.'),
  advantage: z.number().nullable().describe('Null where there is none, as in evaluations.'),
});
export type ShortResponse = z.infer<typeof shortResponse>;

const stepGroup = z.object({
  group: z.int().describe('Its line in the file, from 0.'),
  comparison: z.int().describe('The same for all prompts of a problem that are compared with each other.'),
  problemId: z.string(),
  rank: z.int().optional().describe('Which of the best traces it is shown, in evaluations of contexts.'),
  question: z.string().optional().describe('Absent where the data no longer have the problem.'),
  traceIds: z.array(z.string()),
  hinted: z.boolean(),
  signal,
  replaced: z.boolean().describe('A first try, all wrong, whose place one with context took.'),
  failed: z.string().optional().describe('Why it could not be sampled.'),
  responses: z.array(shortResponse),
});
export type StepGroup = z.infer<typeof stepGroup>;

export const stepAnswer = z.object({
  arm: z.string(),
  key: stepKey,
  kind: stepKind,
  step: z.int(),
  metrics: z.array(
    z.object({
      name: z.string(),
      value: z.string(),
      meaning: z.string().optional().describe('Its line of the glossary.'),
    }),
  ),
  signals: z
    .object({ mixed: z.int(), 'all-right': z.int(), 'all-wrong': z.int(), failed: z.int() })
    .describe('Comparisons of each kind.'),
  matched: z.int().describe('Groups of the asked signal.'),
  page: z.int(),
  pages: z.int(),
  groups: z.array(stepGroup),
});
export type StepAnswer = z.infer<typeof stepAnswer>;

const number = z.coerce.number().int().min(0);
/** Text of an address; empty is none. */
const word = z
  .string()
  .max(1000)
  .transform((text) => (text === '' ? undefined : text))
  .optional();
export const PAGE = 50;
const page = number.default(0).describe(`From 0; ${PAGE} a page.`);

export const stepQuery = z.object({ signal: signal.optional(), page });

export const rolloutQuery = z.object({
  step: word.describe('One step; all training steps where it is missing.'),
  from: number.default(0).describe('First step, where all are searched.'),
  page,
  outcome: outcome.optional(),
  rule: word.describe("The verdict's rule."),
  minTokens: number.optional(),
  maxTokens: number.optional(),
  trace: word.describe('Id of a trace in the prompt.'),
  text: word.describe('Within the problem or the response; capitals and small letters are the same.'),
});
export type RolloutQuery = z.infer<typeof rolloutQuery>;

const rolloutRow = shortResponse.extend({
  key: stepKey,
  group: z.int(),
  sample: z.int(),
  problemId: z.string(),
  question: z.string().optional(),
  traceIds: z.array(z.string()),
  rule: z.string(),
  tokens: z.int(),
  stopReason: z.enum(['stop', 'length']),
  text: z.string().describe('Its beginning.'),
});
export type RolloutRow = z.infer<typeof rolloutRow>;

export const rolloutList = z.object({
  matched: z.int(),
  looked: z.int().describe('Rollouts that were looked at.'),
  outcomes: z.array(z.object({ outcome, count: z.int() })).describe('Of those that match.'),
  rules: z.array(z.string()).describe('Of all that were looked at.'),
  page: z.int(),
  pages: z.int(),
  rows: z.array(rolloutRow),
  steps: z.object({ first: stepKey, last: stepKey }).optional().describe('Steps that were looked at.'),
  next: z.int().optional().describe('Where a search ended at its bound: the step to go on from.'),
});
export type RolloutList = z.infer<typeof rolloutList>;

const piece = z.object({
  text: z.string(),
  tokens: z.int().describe('More than one where a character is made of several.'),
  special: z.boolean().describe('A control token.'),
  logprob: z.number().optional().describe('log p when sampled, of its tokens together.'),
  copied: z.boolean().describe('Part of a run of tokens that stands in a trace of the prompt.'),
});
export type Piece = z.infer<typeof piece>;

export const rolloutAnswer = z.object({
  run: z.string(),
  arm: z.string(),
  key: stepKey,
  kind: stepKind,
  step: z.int(),
  group: z.int(),
  groups: z.int().describe('Groups in the file.'),
  sample: z.int(),
  samples: z.array(shortResponse).describe('All responses of the group.'),
  signal,
  replaced: z.boolean(),
  problem: z.object({
    id: z.string(),
    question: z.string().optional(),
    answer: z.string().optional(),
    solution: z.string().optional(),
    type: z.string().optional(),
    split: z.string().optional(),
  }),
  traces: z.array(
    z.object({
      id: z.string(),
      question: z.string().optional(),
      trace: z.string().optional().describe('Absent where the corpus no longer has it.'),
      answer: z.string().optional(),
    }),
  ),
  hint: z.string().optional(),
  prompt: z
    .array(z.object({ text: z.string(), special: z.boolean() }))
    .optional()
    .describe('As it was sent, control tokens apart.'),
  promptTokens: z.int(),
  text: z.string(),
  verdict: z.object({
    outcome,
    rule: z.string(),
    extracted: z.string().optional(),
    goldForm: z.string().optional(),
    answerForm: z.string().optional(),
    reason: z.string().optional(),
    steps: z.array(z.string()).optional(),
  }),
  reward: z.number().nullable(),
  advantage: z.number().nullable(),
  stopReason: z.enum(['stop', 'length']),
  tokens: z.int(),
  pieces: z.array(piece).optional(),
  notes: z.array(z.string()).describe('What cannot be shown as it was, and why.'),
  policyVersion: z.int().optional(),
  seed: z.int().optional(),
});
export type RolloutAnswer = z.infer<typeof rolloutAnswer>;

export const sameProblem = z.object({
  places: z.array(
    z.object({
      arm: z.string(),
      key: stepKey,
      kind: stepKind,
      step: z.int(),
      group: z.int(),
      traceIds: z.array(z.string()),
      signal,
      responses: z.array(shortResponse),
    }),
  ),
  stopped: z.string().optional().describe('Why not all files were looked at.'),
});
export type SameProblem = z.infer<typeof sameProblem>;
