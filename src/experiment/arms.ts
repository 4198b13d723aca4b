/**
 * Every arm that the paper's tables compare, as data: what `arms` of a configuration would say, cheapest first and baselines before what
 * is compared with them. An arm whose kind this version does not know carries `needs` and shows as not available; to enable it, remove
 * that line (the compiler then checks the rest against the configuration's schema).
 */
import type { ConfigInput } from '../config/index.js';

/** An arm without its name. */
type ArmInput = Omit<NonNullable<ConfigInput['arms']>[number], 'name'>;

type ArmSpec =
  | { needs?: never; arm: ArmInput }
  /** What has to exist first, in words that end "not available in this version: ...". */
  | { needs: string; arm: Readonly<Record<string, unknown>> };

const supervised = 'arms that are trained on traces instead of rewards';
const distillation = 'on-policy self-distillation';
const otherRetrievers = 'several encoders in one run';

/** Rows mean what they say whatever `rl.recipe` is, so the recipe is always named. */
export const armSpecs = {
  sft: { needs: supervised, arm: { recipe: 'sft', train: 'none', test: 'none' } },
  'ra-sft': { needs: supervised, arm: { recipe: 'sft', train: 'learned', test: 'learned' } },
  grpo: { arm: { recipe: 'grpo', train: 'none', test: 'none' } },
  'grpo-retrieval-at-test': { arm: { policyOf: 'grpo', train: 'none', test: 'learned' } },
  'ra-rft': { arm: { recipe: 'grpo', train: 'learned', test: 'learned' } },
  'ra-rft-no-trace-at-test': { arm: { policyOf: 'ra-rft', train: 'learned', test: 'none' } },
  'random-trace': { arm: { recipe: 'grpo', train: 'random', test: 'random' } },
  'bm25-trace': { arm: { recipe: 'grpo', train: 'bm25', test: 'bm25' } },
  'oracle-trace': { arm: { recipe: 'grpo', train: 'oracle', test: 'oracle' } },
  rloo: { arm: { recipe: 'rloo', train: 'none', test: 'none' } },
  'ra-rloo': { arm: { recipe: 'rloo', train: 'learned', test: 'learned' } },
  dapo: { arm: { recipe: 'dapo', train: 'none', test: 'none' } },
  'ra-dapo': { arm: { recipe: 'dapo', train: 'learned', test: 'learned' } },
  questa: { arm: { recipe: 'grpo', train: 'hint', test: 'none' } },
  opsd: { needs: distillation, arm: { recipe: 'opsd', train: 'none', test: 'none' } },
  'single-vector-untrained': {
    needs: otherRetrievers,
    arm: { recipe: 'grpo', train: 'single-vector-untrained', test: 'single-vector-untrained' },
  },
  'single-vector-trained': {
    needs: otherRetrievers,
    arm: { recipe: 'grpo', train: 'single-vector-trained', test: 'single-vector-trained' },
  },
  'late-interaction-untrained': {
    needs: otherRetrievers,
    arm: { recipe: 'grpo', train: 'late-interaction-untrained', test: 'late-interaction-untrained' },
  },
} as const satisfies Record<string, ArmSpec>;

export type ArmName = keyof typeof armSpecs;

/** All of them, in the order in which they run. */
export const armNames = Object.keys(armSpecs) as ArmName[];

/** What an arm lacks in this version; undefined where nothing. */
export function needsOf(name: ArmName): string | undefined {
  const spec: ArmSpec = armSpecs[name];
  return spec.needs;
}

/** The arm as a configuration says it. Only for arms that need nothing. */
export function armInput(name: ArmName): { name: string } & Record<string, unknown> {
  return { name, ...armSpecs[name].arm };
}

/** The retriever that an arm takes its test prompts' traces from: that is the one whose recall stands beside it. */
export function retrieverOf(name: ArmName): string {
  return armSpecs[name].arm.test;
}
