/** The figures of a run before its end: those of its newest evaluations. Pure. */
import { comparedArms } from '../config/index.js';
import { summarise, type Summary, type SummaryInputs, type TraceFacts } from '../eval/index.js';
import { lastEvaluations, type Evaluation } from './evaluation.js';
import type { KeptConfig } from './kept-config.js';

/** Names of the arms: those of the configuration that have evaluations, in its order, then others. */
export function armsOf({ arms }: KeptConfig, evaluated: readonly string[]): string[] {
  const own = evaluated.filter((arm) => !arm.startsWith('.'));
  const named = arms.map(({ name }) => name).filter((arm) => own.includes(arm));
  return [...new Set([...named, ...own.toSorted()])];
}

/** What the figures are made of; evaluations are whole ones. */
export interface UnfinishedRun {
  config: KeptConfig;
  evaluations: readonly Evaluation[];
  /** One response at temperature 0 to each problem. */
  greedy: readonly Evaluation[];
  /** The best traces alone. */
  oneByOne: readonly Evaluation[];
  retrievers: SummaryInputs['retrievers'];
  draws: Pick<SummaryInputs, 'resamples' | 'rng' | 'drawsOf'>;
  seconds: Record<string, number>;
  /** What the ids of the evaluations stand for; without it nothing is said of the use of traces. */
  facts?: TraceFacts;
  /** Of an earlier end or report: what only the end of a run can tell stays as it was told there. */
  before?: Summary | undefined;
}

/**
 * The summary of a run that has not ended, and the step that it is of ({@link comparedStep}). Arms without a whole evaluation at that
 * step are not in it.
 */
export function summaryOfUnfinished(run: UnfinishedRun): { summary: Summary; comparedAt: number | undefined } {
  const { config, evaluations, before } = run;
  const pair = comparedArms({ arms: config.arms, eval: config.eval });
  const comparedAt = comparedStep(evaluations, [pair.subject, pair.baseline]);
  const compared = evaluations.filter(({ step }) => step === comparedAt);
  const at = (list: readonly Evaluation[], name: string) =>
    list.find(({ arm, step }) => arm === name && step === comparedAt)?.records;
  const samples = compared.flatMap(({ records }) => records.map((record) => record.samples.length));
  const tried = lastEvaluations(run.oneByOne);
  const starts = evaluations.filter(({ step }) => step === 0 && step !== comparedAt);
  const summary = summarise({
    compared: pair,
    arms: compared.map(({ arm: name, records }) => {
      const sure = at(run.greedy, name);
      return { name, records, ...(sure && { greedy: sure }) };
    }),
    ...(run.facts && {
      traceUse: {
        facts: run.facts,
        evaluations: [...starts, ...compared].map(({ arm, step, records }) => ({ name: arm, step, records })),
      },
    }),
    k: config.eval.k ?? Math.max(1, ...samples),
    ...(tried.length > 0 && {
      oneByOne: { ranks: config.eval.contexts, arms: tried.map(({ arm, records }) => ({ name: arm, records })) },
    }),
    retrievers: run.retrievers,
    ...(before?.labels && { labels: before.labels }),
    seconds: run.seconds,
    ...run.draws,
    ...(before?.tooLong && { tooLong: before.tooLong }),
  });
  // An end grades retrievers on labelled queries too.
  const told = before?.retrievers ?? [];
  const isTold = (row: { name: string; split: string }) =>
    told.some(({ name, split }) => name === row.name && split === row.split);
  const retrievers = [...told, ...summary.retrievers.filter((row) => !isTold(row))];
  return { summary: { ...summary, retrievers }, comparedAt };
}

/**
 * The newest step at which both arms of the comparison were evaluated; where one of them has no evaluation yet, the step that most
 * arms have, of several the newest.
 */
export function comparedStep(evaluations: readonly Evaluation[], pair: readonly string[]): number | undefined {
  const armsAt = new Map<number, string[]>();
  for (const { arm, step } of evaluations) armsAt.set(step, [...(armsAt.get(step) ?? []), arm]);
  const common = [...armsAt].filter(([, arms]) => pair.every((arm) => arms.includes(arm))).map(([step]) => step);
  if (common.length > 0) return Math.max(...common);
  const most = Math.max(0, ...[...armsAt.values()].map((arms) => arms.length));
  const steps = [...armsAt].filter(([, arms]) => arms.length === most).map(([step]) => step);
  return steps.length === 0 ? undefined : Math.max(...steps);
}
