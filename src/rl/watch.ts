/** Looks at the steps of a training for what a person should know at once: nothing to learn from, nothing that ends, no rewards. */
import type { RunWarning } from '../runs/warnings.js';
import { percentText } from '../core/percent.js';

/** The part of a step's metrics that is looked at. */
export interface WatchedStep {
  step: number;
  rewardMean?: number | undefined;
  trainedGroups?: number | undefined;
  allRightShare?: number | undefined;
  allWrongShare?: number | undefined;
  truncatedShare?: number | undefined;
  gradNorm?: number | undefined;
  logprobGapMean?: number | undefined;
}

/** Steps in a row that are taken for a state, not for chance; a shorter training counts as a whole. */
const NO_SIGNAL_STEPS = 10;
const TRUNCATED_STEPS = 3;
const NO_GRADIENT_STEPS = 3;
/** Nats: equal weights give less. Beyond `rl.maxLogprobGap` the training stops. */
const SAME_POLICY_GAP = 1e-3;

/** One training's steps, in order. After a restart it counts from where the training went on. */
export class TrainingWatch {
  private readonly arm: string;
  private readonly steps: number;
  private withoutSignal = 0;
  private truncated = 0;
  private withoutGradient = 0;
  private readonly told = new Set<string>();

  constructor(arm: string, steps: number) {
    this.arm = arm;
    this.steps = steps;
  }

  /** What is to be warned of after this step; each kind once. `failures` says of what had no reward. */
  see(step: WatchedStep, failures?: string): RunWarning[] {
    this.withoutSignal = step.trainedGroups === 0 ? this.withoutSignal + 1 : 0;
    this.truncated = step.truncatedShare === 1 ? this.truncated + 1 : 0;
    this.withoutGradient = step.gradNorm === 0 ? this.withoutGradient + 1 : 0;
    const found: [string, string][] = [];
    if (step.step === 1 && step.rewardMean === 1) {
      found.push([
        'saturated-start',
        'every response of the first step had the full reward: the policy solves this already, or the reward says yes to everything. Take harder problems or look at rollouts/.',
      ]);
    }
    if (this.isState(step, this.withoutSignal, NO_SIGNAL_STEPS)) {
      const shares = `all right ${percent(step.allRightShare)}, all wrong ${percent(step.allWrongShare)}`;
      found.push([
        'no-mixed-group',
        `${range(step.step, this.withoutSignal)} had no group with right and wrong responses (at the last: ${shares}), so nothing was learnt. Take easier or harder problems, a larger rl.groupSize, or a supervised warm-up (warmup.steps).`,
      ]);
    }
    if (this.isState(step, this.truncated, TRUNCATED_STEPS)) {
      found.push([
        'all-truncated',
        `${range(step.step, this.truncated)} cut every response at maxTokens: no answer ended by itself. Raise generation.maxTokens, or check the end tokens (generation.stop, the model's eos_token_id).`,
      ]);
    }
    if (this.isState(step, this.withoutGradient, NO_GRADIENT_STEPS)) {
      found.push([
        'no-gradient',
        `${range(step.step, this.withoutGradient)} made updates whose gradient was exactly 0, so nothing was learnt: no difference between what the policy does and what it should do reached its weights.`,
      ]);
    }
    if ((step.logprobGapMean ?? 0) > SAME_POLICY_GAP) {
      found.push([
        'logprob-gap',
        `at step ${step.step} log p by sampler and trainer differ by ${step.logprobGapMean?.toPrecision(2)} nats on the mean, and equal weights give below ${SAME_POLICY_GAP}: the sampler computes with other weights or a lower precision than what is trained. Look at how the engine publishes its updates; rl.maxLogprobGap is where the training stops.`,
      ]);
    }
    if (failures !== undefined) found.push(['without-reward', failures]);
    return found.flatMap(([code, text]) => {
      if (this.told.has(code)) return [];
      this.told.add(code);
      return [{ code, where: this.arm, text }];
    });
  }

  private isState({ step }: WatchedStep, count: number, enough: number): boolean {
    return count >= enough || (step === this.steps && count === this.steps);
  }
}

function range(last: number, count: number): string {
  return count === 1 ? `step ${last}` : `steps ${last - count + 1} to ${last}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? '?' : percentText(share, 0);
}
