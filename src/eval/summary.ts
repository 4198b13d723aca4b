/** summary.json: the results of a run for programs. */
import type { ComparedArms } from '../config/index.js';
import type { Rng } from '../core/rng.js';
import type { RoundGrade } from '../judge/index.js';
import { bootstrapMean, differencesOf, type CurvePoint, type Estimate, type Interval } from './bootstrap.js';
import { curvesOf } from './curves.js';
import type { DrawsOf } from './draws.js';
import { oneByOne, type OneByOne } from './one-by-one.js';
import type { EvalRecord } from './records.js';
import { pairArms } from './pairing.js';
import { averagesByProblem, scoreSplit, splitsOf, type ResponseCounts } from './scores.js';
import { traceUse, type TraceFacts, type TraceUse } from './trace-use.js';

export interface Summary {
  /** The arm whose difference to every other one is told, and the one that the headline compares it with; absent in summaries of older versions. */
  compared?: ComparedArms;
  /** average@k of each arm on each split: `n` problems, `k` samples of each. */
  arms: {
    name: string;
    split: string;
    k: number;
    n: number;
    average: number;
    ci95: Interval;
    /** pass@k for every k; absent where k is 1, and in summaries of older versions. */
    passAt?: CurvePoint[];
    /** maj@k for every k; absent as passAt is, and empty where the verifier names no answers. */
    majAt?: CurvePoint[];
    /** The same average of one response at temperature 0; absent where eval.greedy is false. */
    greedy?: Estimate;
    /** What became of the samples; absent in summaries of older versions. */
    responses?: ResponseCounts;
  }[];
  /** Paired differences a - b over the `n` problems on which every arm has k judged samples. */
  differences: {
    a: string;
    b: string;
    split: string;
    mean: number;
    ci95: Interval;
    n?: number;
    /** The same of one response at temperature 0; absent where eval.greedy is false. */
    greedy?: Estimate;
    /** Problems of the split that are in no difference, and their samples without a verdict. */
    leftOut?: { problems: number; samples: number };
  }[];
  /** Share of `n` queries whose first hit is relevant. */
  retrievers: { name: string; split: string; recallAt1: number; ci95: Interval; n: number }[];
  /** Labels of each round beside the truth, the last being those that retrievers were trained on; absent where nothing was labelled. */
  labels?: readonly RoundGrade[];
  /** How often the traces that training prompts show are right; absent where the truth tells nothing, and in summaries of older versions. */
  trainingTraces?: readonly TrainingTraces[];
  /** The best traces of test problems one by one, for arms and splits; absent where eval.contexts is 0. */
  oneByOne?: ({ name: string; split: string } & OneByOne)[];
  /** What became of the traces in the prompts at the first and the last evaluation; absent where none is known to be right or wrong. */
  traceUse?: ({ name: string; split: string; step: number } & TraceUse)[];
  /** Wall-clock time of each stage. */
  seconds: Record<string, number>;
  /** What prompt.overlong: skip left out; absent where nothing was. */
  tooLong?: Record<string, number>;
}

/** Shares of the problems whose first trace by a retriever has their truth, of those that any trace could be right for. */
export interface TrainingTraces {
  name: string;
  /** Encoders that searched for the training problems (`retriever.crossFit`). */
  crossFit: number;
  right: {
    train: number;
    /** What the one encoder finds that is trained on all labels, where others searched. */
    withoutCrossFit?: number;
    test?: number;
  };
  n: { train: number; test: number };
}

export interface SummaryInputs {
  /** Records of each arm's last evaluation. */
  arms: readonly {
    name: string;
    records: readonly EvalRecord[];
    /** One response to each problem at temperature 0. */
    greedy?: readonly EvalRecord[];
  }[];
  /** Samples a problem. */
  k: number;
  /** Records of the last policies with each of the `ranks` best traces alone. */
  oneByOne?: { ranks: number; arms: readonly { name: string; records: readonly EvalRecord[] }[] };
  /** Evaluations whose use of traces is told, with what their ids stand for. */
  traceUse?: {
    facts: TraceFacts;
    evaluations: readonly { name: string; step: number; records: readonly EvalRecord[] }[];
  };
  /** For each retriever and split: whether the first hit of each query is relevant. */
  retrievers: readonly { name: string; split: string; firstIsRelevant: readonly boolean[] }[];
  labels?: readonly RoundGrade[];
  trainingTraces?: readonly TrainingTraces[];
  seconds: Record<string, number>;
  tooLong?: Record<string, number>;
  /** Resamples behind the intervals of retrievers, whose queries are no problems of a split. */
  resamples: number;
  /** The draws of problems behind all other intervals. */
  drawsOf: DrawsOf;
  rng: Rng;
  compared: ComparedArms;
}

/** Makes the summary. Splits and arms without any judged sample are left out of it. Pure: same inputs, same numbers. */
export function summarise(inputs: SummaryInputs): Summary {
  const { arms, k, retrievers, seconds, resamples, drawsOf, rng } = inputs;
  const { compared } = inputs;
  const subject = arms.find(({ name }) => name === compared.subject);
  const stream = (...labels: string[]) => rng.fork(labels.join('/'));
  const use = inputs.traceUse?.evaluations.flatMap(({ name, step, records }) =>
    splitsOf(records).flatMap((split) => {
      const found = traceUse(records, split, inputs.traceUse!.facts, drawsOf(split));
      return found ? [{ name, split, step, ...found }] : [];
    }),
  );
  return {
    compared,
    arms: arms.flatMap(({ name, records, greedy = [] }) =>
      splitsOf(records).flatMap((split) => {
        const draws = drawsOf(split);
        const score = scoreSplit(records, split, { k, draws });
        if (!score) return [];
        const { n, average, ci95, responses } = score;
        const curves = k > 1 ? curvesOf(records, split, { draws, rng: stream('curves', name, split) }) : {};
        const values = averagesByProblem(greedy, split);
        const sure = values.size > 0 && { greedy: draws.mean(values) };
        return [{ name, split, k, n, average, ci95, ...curves, ...sure, responses }];
      }),
    ),
    differences: arms.flatMap((other) =>
      subject === undefined || other === subject
        ? []
        : splitsOf(subject.records).flatMap((split) => {
            const { problems, leftOut } = pairArms(arms, split, k);
            const both = differencesOf(
              averagesByProblem(subject.records, split),
              averagesByProblem(other.records, split),
            );
            const shared = new Map([...both].filter(([id]) => problems.has(id)));
            if (shared.size === 0) return [];
            const sure = differencesOf(
              averagesByProblem(subject.greedy ?? [], split),
              averagesByProblem(other.greedy ?? [], split),
            );
            const draws = drawsOf(split);
            const greedy = sure.size > 0 && { greedy: draws.mean(sure) };
            return [{ a: subject.name, b: other.name, split, ...draws.mean(shared), ...greedy, leftOut }];
          }),
    ),
    retrievers: retrievers.flatMap(({ name, split, firstIsRelevant }) => {
      if (firstIsRelevant.length === 0) return [];
      const { mean, ci95, n } = bootstrapMean(firstIsRelevant.map(Number), resamples, stream('retriever', split));
      return [{ name, split, recallAt1: mean, ci95, n }];
    }),
    ...(inputs.labels && { labels: inputs.labels }),
    ...(inputs.trainingTraces && { trainingTraces: inputs.trainingTraces }),
    ...(inputs.oneByOne && {
      oneByOne: inputs.oneByOne.arms.flatMap(({ name, records }) =>
        splitsOf(records).flatMap((split) => {
          const options = {
            m: inputs.oneByOne!.ranks,
            k,
            draws: drawsOf(split),
            rng: stream('one-by-one', name, split),
          };
          const found = oneByOne(records, split, options);
          return found ? [{ name, split, ...found }] : [];
        }),
      ),
    }),
    ...(use && use.length > 0 && { traceUse: use }),
    seconds,
    ...(inputs.tooLong && { tooLong: inputs.tooLong }),
  };
}
