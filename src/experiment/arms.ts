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
const recipes = 'arms with a recipe of their own';
const distillation = 'on-policy self-distillation';
const hints = 'partial solutions as context';
const otherRetrievers = 'several encoders in one run';

export const armSpecs = {
  sft: { needs: supervised, arm: { recipe: 'sft', train: 'none', test: 'none' } },
  'ra-sft': { needs: supervised, arm: { recipe: 'sft', train: 'learned', test: 'learned' } },
  grpo: { arm: { train: 'none', test: 'none' } },
  'grpo-retrieval-at-test': { arm: { train: 'none', test: 'learned', policyOf: 'grpo' } },
  'ra-rft': { arm: { train: 'learned', test: 'learned' } },
  'ra-rft-no-trace-at-test': { arm: { train: 'learned', test: 'none', policyOf: 'ra-rft' } },
  'random-trace': { arm: { train: 'random', test: 'random' } },
  'bm25-trace': { arm: { train: 'bm25', test: 'bm25' } },
  'oracle-trace': { arm: { train: 'oracle', test: 'oracle' } },
  rloo: { needs: recipes, arm: { recipe: 'rloo', train: 'none', test: 'none' } },
  'ra-rloo': { needs: recipes, arm: { recipe: 'rloo', train: 'learned', test: 'learned' } },
  dapo: { needs: recipes, arm: { recipe: 'dapo', train: 'none', test: 'none' } },
  'ra-dapo': { needs: recipes, arm: { recipe: 'dapo', train: 'learned', test: 'learned' } },
  questa: { needs: hints, arm: { train: 'hint', test: 'none' } },
  opsd: { needs: distillation, arm: { recipe: 'opsd', train: 'none', test: 'none' } },
  'single-vector-untrained': {
    needs: otherRetrievers,
    arm: { train: 'single-vector-untrained', test: 'single-vector-untrained' },
  },
  'single-vector-trained': {
    needs: otherRetrievers,
    arm: { train: 'single-vector-trained', test: 'single-vector-trained' },
  },
  'late-interaction-untrained': {
    needs: otherRetrievers,
    arm: { train: 'late-interaction-untrained', test: 'late-interaction-untrained' },
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
