/** How far a run is that has not come to its end: its arms, its stages, and what is not there yet, by name. Pure. */
import { armsBegun, type Evaluation } from './evaluation.js';
import type { Block, ReportTable } from './blocks.js';
import type { KeptConfig } from './kept-config.js';
import { armStage } from '../runs/arm-stage.js';
import type { MetricsRow } from '../runs/metrics-row.js';
import type { Summary } from '../eval/index.js';

/** An evaluation that was still being sampled. */
export interface PartEvaluation {
  arm: string;
  step: number;
  problems: number;
  of: number;
}

/** One arm of the configuration. */
export interface ArmState {
  arm: string;
  /** `to run again`: done, but let run again by the user. */
  state: 'finished' | 'begun' | 'not run yet' | 'to run again';
  /** Last step in its metrics; absent before the first. */
  step?: number;
  of?: number;
  /** Steps of its whole evaluations. */
  evaluated: number[];
  /** Of an evaluation that is not whole. */
  sampling?: Omit<PartEvaluation, 'arm'>;
}

/** How far a run has come. */
export interface RunState {
  /** Finished stages, in order. */
  stages: string[];
  /** Stages that began and have not ended. */
  begun: string[];
  /** Last step in the metrics of each arm, warm-up and retriever, and of how many where the configuration says. */
  steps: { arm: string; step: number; of: number | undefined }[];
  /** Every arm of the configuration, then others that left evaluations. */
  arms: ArmState[];
  /** Step of the evaluations that the figures are of; undefined without any. */
  comparedAt: number | undefined;
}

export interface StateInputs {
  config: KeptConfig;
  /** Names of finished stages, and of those among them that may run again. */
  stages: readonly string[];
  again: readonly string[];
  begun: readonly string[];
  /** Whole ones. */
  evaluations: readonly Evaluation[];
  parts: readonly PartEvaluation[];
  metrics: readonly MetricsRow[];
}

/**
 * Whether all that the configuration asks for is in the summary. A run that grew (an arm or steps more) keeps the summary of its end
 * before until it has come to the next one.
 */
export function hasEnded(summary: Summary, { config, evaluations, again }: StateInputs): boolean {
  const told = new Set(summary.arms.map(({ name }) => name));
  const last = config.rl.steps;
  return config.arms.every(
    (own) =>
      told.has(own.name) &&
      !again.includes(armStage(own)) &&
      (last === undefined || evaluations.some(({ arm, step }) => arm === own.name && step >= last)),
  );
}

export function runState(inputs: StateInputs, comparedAt: number | undefined): RunState {
  const { config, stages, begun, metrics, evaluations, parts } = inputs;
  const last = new Map(metrics.map(({ arm, step }) => [arm, step]));
  const names = [...new Set([...config.arms.map(({ name }) => name), ...armsBegun(evaluations, parts)])];
  const isArm = (name: string) => names.includes(name);
  return {
    stages: [...stages],
    begun: [...begun],
    steps: [...last].map(([arm, step]) => ({ arm, step, of: isArm(arm) ? config.rl.steps : undefined })),
    arms: names.map((name) => armState(name, inputs, last.get(name))),
    comparedAt,
  };
}

function armState(
  name: string,
  { config, stages, again, begun, evaluations, parts }: StateInputs,
  step: number | undefined,
): ArmState {
  const stage = armStage(config.arms.find((arm) => arm.name === name) ?? { name });
  const evaluated = evaluations.filter(({ arm }) => arm === name).map((one) => one.step);
  const part = parts.find(({ arm }) => arm === name);
  const last = config.rl.steps;
  const whole = last === undefined ? stages.includes(stage) : evaluated.some((at) => at >= last);
  const touched = step !== undefined || evaluated.length > 0 || part !== undefined || begun.includes(stage);
  return {
    arm: name,
    state: again.includes(stage) ? 'to run again' : whole ? 'finished' : touched ? 'begun' : 'not run yet',
    ...(step !== undefined && { step }),
    ...(last !== undefined && { of: last }),
    evaluated,
    ...(part && { sampling: { step: part.step, problems: part.problems, of: part.of } }),
  };
}

/** The state in sentences. */
export function unfinishedText({ stages, begun, steps, arms, comparedAt }: RunState): string {
  const reached = steps.map(({ arm, step, of }) => `${arm} ${step}${of === undefined ? '' : ` of ${of}`}`);
  const named = (state: ArmState['state']) => arms.filter((one) => one.state === state).map(({ arm }) => arm);
  const missing = arms.filter(({ evaluated }) => comparedAt !== undefined && !evaluated.includes(comparedAt));
  const list = (title: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${title}: ${names.join(', ')}.`];
  return [
    'This run has not come to its end.',
    stages.length === 0 ? 'No stage is finished.' : `Finished stages: ${stages.join(', ')}.`,
    ...list('Begun and not finished', begun),
    ...list('Steps reached', reached),
    ...list('Arms that have not run yet', named('not run yet')),
    ...list('Arms that run again', named('to run again')),
    comparedAt === undefined
      ? 'There are no evaluations to compare yet.'
      : `Figures are of the evaluations at step ${comparedAt}; ${
          missing.length === 0
            ? 'all arms have one.'
            : `without one, and so in no comparison: ${missing.map(({ arm }) => arm).join(', ')}.`
        }`,
    'The same command as before goes on with it.',
  ].join(' ');
}

/** A row for each arm of the configuration: how far it is, or that it has not run yet. */
export function stateBlock({ arms }: RunState): Block[] {
  if (arms.length === 0) return [];
  const table: ReportTable = {
    columns: [
      { label: 'arm' },
      { label: 'state' },
      { label: 'training steps', numeric: true },
      { label: 'evaluated at step', numeric: true },
      { label: 'being evaluated' },
    ],
    rows: arms.map(({ arm, state, step, of, evaluated, sampling }) => [
      arm,
      state,
      step === undefined ? '' : `${step}${of === undefined ? '' : ` of ${of}`}`,
      evaluated.join(', '),
      sampling ? `step ${sampling.step}: ${sampling.problems} of ${sampling.of} problems` : '',
    ]),
  };
  return [{ kind: 'table', table, note: 'what there is of each arm' }];
}

/** A table of arms with a row for each arm that has no figures in it, saying why. */
export function withMissingArms(table: ReportTable, state: RunState | undefined): ReportTable {
  const shown = new Set(table.rows.map(([name]) => name));
  const missing = (state?.arms ?? []).filter(({ arm }) => !shown.has(arm));
  const blank = table.columns.slice(2).map(() => '');
  return {
    columns: table.columns,
    rows: [...table.rows, ...missing.map((arm) => [arm.arm, whyMissing(arm), ...blank])],
  };
}

function whyMissing({ state, step, of, evaluated }: ArmState): string {
  if (state === 'not run yet' || state === 'to run again') return state;
  const at = evaluated.length > 0 ? `evaluated at step ${evaluated.join(', ')} only` : 'not evaluated yet';
  return step === undefined || of === undefined ? at : `step ${step} of ${of}, ${at}`;
}
