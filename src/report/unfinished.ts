/** What can be said of a run before its end: how far it is, and the figures of its newest evaluations. Pure. */
import { parse } from 'yaml';
import { comparedArms, type ComparedConfig } from '../config/index.js';
import { Rng } from '../core/rng.js';
import type { MetricsRow } from '../runs/run-folder.js';
import { summarise, type Summary, type TraceFacts } from '../eval/index.js';
import type { Evaluation } from './evaluation.js';

/** How far a run has come. */
export interface RunState {
  /** Finished stages, in order. */
  stages: string[];
  /** Last step in the metrics of each arm, and of how many where the configuration says. */
  steps: { arm: string; step: number; of: number | undefined }[];
  /** Step of the evaluations that the figures are of; undefined without any, or where arms have none in common. */
  comparedAt: number | undefined;
}

/** The part of a configuration that is used; anything may be missing in a damaged or older file. */
interface KeptConfig {
  seed?: number;
  arms?: ComparedConfig['arms'];
  rl?: { steps?: number };
  eval?: { k?: number; bootstrapSamples?: number; subject?: string | null; baseline?: string | null };
}

/** Names of the arms: those of the configuration that have evaluations, in its order, then others. */
export function armsOf(configText: string, evaluated: readonly string[]): string[] {
  const named = (keptConfig(configText).arms ?? []).flatMap(({ name }) => name ?? []);
  const own = evaluated.filter((arm) => !arm.startsWith('.'));
  return [...new Set([...named.filter((arm) => own.includes(arm)), ...own.toSorted()])];
}

/** The summary of a run that has not ended: all arms at the newest step that each of them was evaluated at. */
export function summaryOfUnfinished(run: {
  configText: string;
  evaluations: readonly Evaluation[];
  metrics: readonly MetricsRow[];
  seconds: Record<string, number>;
  /** What the ids of the evaluations stand for; without it nothing is said of the use of traces. */
  facts?: TraceFacts;
}): { summary: Summary; unfinished: RunState } {
  const { evaluations, metrics, seconds } = run;
  const config = keptConfig(run.configText);
  const arms = [...new Set(evaluations.map(({ arm }) => arm))];
  const stepsOf = (arm: string) => evaluations.filter((e) => e.arm === arm).map(({ step }) => step);
  const common = stepsOf(arms[0] ?? '').filter((step) => arms.every((arm) => stepsOf(arm).includes(step)));
  const comparedAt = common.length === 0 ? undefined : Math.max(...common);
  const compared = evaluations.filter(({ step }) => step === comparedAt);
  const last = new Map(metrics.map(({ arm, step }) => [arm, step]));
  const summary = summarise({
    compared: comparedArms({ arms: config.arms ?? [], ...(config.eval && { eval: config.eval }) }),
    arms: compared.map(({ arm, records }) => ({ name: arm, records })),
    ...(run.facts && {
      traceUse: {
        facts: run.facts,
        evaluations: compared.map(({ arm, step, records }) => ({ name: arm, step, records })),
      },
    }),
    k:
      config.eval?.k ?? Math.max(1, ...compared.flatMap(({ records }) => records.map(({ samples }) => samples.length))),
    retrievers: [],
    seconds,
    resamples: config.eval?.bootstrapSamples ?? 2000,
    rng: Rng.fromSeed(config.seed ?? 1).fork('summary'),
  });
  const trained = (arm: string) => !/^(retriever(\/.*)?|warmup(-.*)?)$/.test(arm);
  const steps = [...last].map(([arm, step]) => ({ arm, step, of: trained(arm) ? config.rl?.steps : undefined }));
  return { summary, unfinished: { stages: Object.keys(seconds), steps, comparedAt } };
}

/** The state in sentences. */
export function unfinishedText({ stages, steps, comparedAt }: RunState): string {
  const reached = steps.map(({ arm, step, of }) => `${arm} ${step}${of === undefined ? '' : ` of ${of}`}`);
  return [
    'This run has not come to its end.',
    stages.length === 0 ? 'No stage is finished.' : `Finished stages: ${stages.join(', ')}.`,
    ...(reached.length === 0 ? [] : [`Steps reached: ${reached.join(', ')}.`]),
    comparedAt === undefined
      ? 'There are no evaluations to compare yet.'
      : `Figures are of the evaluations at step ${comparedAt}, the newest that all arms evaluated so far have.`,
    'The same command as before goes on with it.',
  ].join(' ');
}

function keptConfig(text: string): KeptConfig {
  try {
    return (parse(text) ?? {}) as KeptConfig;
  } catch {
    return {}; // the report shows the file as it stands
  }
}
