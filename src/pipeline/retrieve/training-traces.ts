/** Whether training shows traces that are as good as those of the test. Pure. */
import { firstHitsOf, type TrainingTraces } from '../../eval/index.js';
import type { Problem, Trace } from '../../data/index.js';
import type { DataSets } from '../data/data-sets.js';
import type { RetrieverName } from './contexts.js';
import type { Wanted } from './retrieved-file.js';
import { percentText } from '../../core/percent.js';

type Hits = ReadonlyMap<string, readonly Trace[]>;

export interface SearchedTraces {
  wanted: Wanted;
  hits: Hits;
  /** What the encoder that is trained on all labels finds for the training problems, where encoders of folds search for them. */
  uncrossed: Hits | undefined;
  /** Encoders that search for the training problems. */
  folds: number;
}

/** One retriever; nothing where no training prompt shows its traces, or no training problem has a truth that one could have. */
export function trainingTraces(
  name: RetrieverName,
  { corpus, guard }: Pick<DataSets, 'corpus' | 'guard'>,
  { wanted, hits, uncrossed, folds }: SearchedTraces,
): TrainingTraces[] {
  const share = (problems: readonly Problem[], found: Hits, may: (problem: Problem, trace: Trace) => boolean) => {
    const firsts = new Map(problems.map(({ id }) => [id, found.get(id)?.[0]?.id]));
    const right = [...firstHitsOf(problems, corpus, firsts, may).values()].flatMap((split) => [...split.values()]);
    return { n: right.length, right: right.reduce((sum, one) => sum + one, 0) / right.length };
  };
  const taught = (problem: Problem, trace: Trace) => guard.mayTeach(problem, trace);
  const train = share(wanted.train, hits, taught);
  if (train.n === 0) return [];
  const test = share(wanted.test, hits, (problem, trace) => guard.mayShow(problem, trace));
  const without = uncrossed && share(wanted.train, uncrossed, taught);
  return [
    {
      name,
      crossFit: folds,
      right: {
        train: train.right,
        ...(without && { withoutCrossFit: without.right }),
        ...(test.n > 0 && { test: test.right }),
      },
      n: { train: train.n, test: test.n },
    },
  ];
}

/** As a line for people. */
export function trainingTracesText({ name, crossFit, right, n }: TrainingTraces): string {
  const { train, test, withoutCrossFit } = right;
  const how =
    withoutCrossFit === undefined ? '' : ` (by ${crossFit} encoders; by one: ${percentText(withoutCrossFit)})`;
  const tested = test === undefined ? '' : `, ${percentText(test)} of ${n.test} test problems`;
  return `${name}: the first trace is right for ${percentText(train)} of ${n.train} training problems${how}${tested}`;
}
