/** What is left of a planned run whose folder holds a part of it: what its time is reckoned from. */
import type { Config } from '../config/index.js';
import { armStage } from '../runs/arm-stage.js';
import { armWork } from './arm-work.js';
import type { RunPlan } from './plan.js';
import { armsOneByOne, oneByOneStage } from './stage-settings.js';
import { firstWarmups, labelStage, startStage } from './warmup-settings.js';

/**
 * The configuration with the arms that are not done, and the plan less what is done (`plan.finished`): labels, warm-ups, drafts,
 * difficulty, arms; of trainings that have begun (`plan.begun`) the steps behind them. Encoders are counted by their stages, labels that
 * have begun as a whole. Pure.
 */
export function workLeft(config: Config, plan: RunPlan): { config: Config; plan: RunPlan; warmupSteps: number } {
  const done = new Set(plan.finished);
  const doneOf = (names: readonly string[]) => names.filter((name) => done.has(name)).length;
  const rounds = Array.from({ length: config.labels.alternation.times }, (_, i) => labelStage(i + 1));
  const arms = config.arms.filter((arm) => !done.has(armStage(arm)));
  const oneByOne = armsOneByOne(config).filter((arm) => !done.has(oneByOneStage(arm))).length;
  const tests = Object.values(plan.testProblems).reduce((a, b) => a + b, 0);
  const left = { ...config, arms };
  const warmups = [...firstWarmups(config), startStage];
  const warmupsLeft = Math.max(0, plan.warmups - doneOf(warmups));
  const stepsBehind = warmups.reduce((sum, stage) => sum + (plan.begun[stage] ?? 0), 0);
  return {
    config: left,
    warmupSteps: Math.max(0, warmupsLeft * config.warmup.steps - stepsBehind),
    plan: {
      ...plan,
      ...armWork(left, oneByOne, tests, plan.begun),
      labelTurns: plan.labelTurns - doneOf([...rounds, 'labels']),
      warmups: warmupsLeft,
      drafts: done.has('attempts') ? 0 : plan.drafts,
      difficultySamples: done.has('difficulty') ? 0 : plan.difficultySamples,
    },
  };
}
