/** What is left of a planned run whose folder holds a part of it: what its time is reckoned from. */
import type { Config } from '../config/index.js';
import { armStage } from '../runs/arm-stage.js';
import { armWork } from './arm-work.js';
import type { RunPlan } from './plan.js';
import { armsOneByOne, oneByOneStage } from './stage-settings.js';
import { firstWarmups, labelStage, startStage } from './warmup-settings.js';

/**
 * The configuration with the arms that are not done, and the plan less what is done (`plan.finished`): labels, warm-ups, drafts,
 * difficulty, arms. Encoders are counted by their stages. A training that has begun counts as a whole. Pure.
 */
export function workLeft(config: Config, plan: RunPlan): { config: Config; plan: RunPlan } {
  const done = new Set(plan.finished);
  const doneOf = (names: readonly string[]) => names.filter((name) => done.has(name)).length;
  const rounds = Array.from({ length: config.labels.alternation.times }, (_, i) => labelStage(i + 1));
  const arms = config.arms.filter((arm) => !done.has(armStage(arm)));
  const oneByOne = armsOneByOne(config).filter((arm) => !done.has(oneByOneStage(arm))).length;
  const tests = Object.values(plan.testProblems).reduce((a, b) => a + b, 0);
  const left = { ...config, arms };
  return {
    config: left,
    plan: {
      ...plan,
      ...armWork(left, oneByOne, tests),
      labelTurns: plan.labelTurns - doneOf([...rounds, 'labels']),
      warmups: Math.max(0, plan.warmups - doneOf([...firstWarmups(config), startStage])),
      drafts: done.has('attempts') ? 0 : plan.drafts,
      difficultySamples: done.has('difficulty') ? 0 : plan.difficultySamples,
    },
  };
}
