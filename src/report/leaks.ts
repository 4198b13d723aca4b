/** The leak guards, asked once more from the files: does any trace stand beside a problem that it must not meet? Pure. */
import type { Exclusion, Problem, Trace } from '../data/index.js';
import type { Section } from './blocks.js';
import { percent } from './numbers.js';
import type { RunData } from './run-data.js';

/** Pairs of one kind: how many there are, and how many must not meet, by why. */
interface Checked {
  what: string;
  pairs: number;
  forbidden: Map<Exclusion, number>;
  /** Pairs whose problem or trace is in no data set of the run. */
  unknown: number;
}

/** Undefined where no problem has met a trace yet. */
export function leaksSection(data: RunData): Section | undefined {
  const { guard, metrics } = data;
  const [problems, traces] = [byId([...data.train, ...data.test]), byId(data.corpus)];
  const training = new Set(data.train.map(({ id }) => id));
  const whyNot = (problem: Problem, trace: Trace) =>
    training.has(problem.id) ? guard.whyNotTaught(problem, trace) : guard.whyNotShown(problem, trace);
  const check = (what: string, pairs: Iterable<readonly [string, string]>): Checked[] => {
    const found: Checked = { what, pairs: 0, forbidden: new Map(), unknown: 0 };
    for (const [problemId, traceId] of pairs) {
      found.pairs++;
      const [problem, trace] = [problems.get(problemId), traces.get(traceId)];
      if (!problem || !trace) found.unknown++;
      else {
        const why = whyNot(problem, trace);
        if (why) found.forbidden.set(why, (found.forbidden.get(why) ?? 0) + 1);
      }
    }
    return found.pairs === 0 ? [] : [found];
  };
  const rows = [
    ...check(
      'labelled',
      data.labels.map(({ problemId, traceId }) => [problemId, traceId] as const),
    ),
    ...[...data.retrieved].flatMap(([name, hits]) =>
      check(
        `retrieved by ${name}`,
        [...hits].flatMap(([problemId, own]) => own.map(({ traceId }) => [problemId, traceId] as const)),
      ),
    ),
    ...data.evaluations.flatMap(({ arm, step, records }) =>
      check(
        `in test prompts of ${arm}, step ${step}`,
        records.flatMap(({ problemId, traceIds }) => traceIds.map((traceId) => [problemId, traceId] as const)),
      ),
    ),
  ];
  if (rows.length === 0) return undefined;
  const shares = metrics.flatMap((row) => {
    const share = row['traceAnswerIsGoldShare'];
    return typeof share === 'number' ? [share] : [];
  });
  const numeric = (label: string) => ({ label, numeric: true });
  return {
    title: 'Leak guards',
    blocks: [
      {
        kind: 'table',
        table: {
          columns: [
            { label: 'pairs of a problem and a trace' },
            numeric('pairs'),
            numeric('must not meet'),
            { label: 'the trace ...' },
          ],
          rows: rows.map(({ what, pairs, forbidden, unknown }) => [
            what,
            String(pairs),
            String([...forbidden.values()].reduce((a, b) => a + b, 0)),
            [
              ...[...forbidden].map(([why, count]) => `${why}: ${count}`),
              ...(unknown > 0 ? [`is not in the corpus any more, or its problem in no set: ${unknown}`] : []),
            ].join('; '),
          ]),
        },
        note: "checked from the files of the run by the run's own rule; labels may hold answers of their own problem where labels.excludeSameAnswer is false",
      },
      ...(shares.length > 0
        ? [
            {
              kind: 'text' as const,
              text: `Training prompts whose trace has the answer of the problem: at most ${percent(Math.max(...shares))} % in any of ${shares.length} steps.`,
            },
          ]
        : []),
    ],
  };
}

function byId<T extends { id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
