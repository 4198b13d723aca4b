/** Problems to look at: what was asked, which trace was found, what the policy said before and after. Pure. */
import { averageAtK, type EvalRecord, type EvalSample } from '../eval/index.js';
import { unseenSplit, type Trace } from '../data/index.js';
import type { Example, Section } from './blocks.js';
import { percent } from './numbers.js';
import type { Hits } from './first-traces.js';
import type { RunData } from './run-data.js';

/**
 * Chooses examples by rule, not by taste: of the compared arm's problems on the hardest split, those that gained most
 * from the first to the last evaluation, and those that are still solved least; ties by id.
 */
export function examplesSection(
  data: RunData,
  count: { gained: number; failed: number } = { gained: 3, failed: 2 },
): Section | undefined {
  const arm = data.summary.differences[0]?.a ?? data.summary.arms.at(-1)?.name;
  const own = data.evaluations.filter((e) => e.arm === arm);
  const [first, last] = [own[0], own.at(-1)];
  if (arm === undefined || !first || !last) return undefined;
  const split = last.records.some((r) => r.split === unseenSplit) ? unseenSplit : last.records.at(-1)?.split;
  const before = new Map(first.records.map((r) => [r.problemId, r]));
  const pairs = last.records.flatMap((after) => {
    const earlier = before.get(after.problemId);
    const [a, b] = [averageAtK(earlier?.samples ?? []), averageAtK(after.samples)];
    return after.split === split && earlier && a !== undefined && b !== undefined ? [{ earlier, after, a, b }] : [];
  });
  const byId = (x: (typeof pairs)[number], y: (typeof pairs)[number]) =>
    x.after.problemId < y.after.problemId ? -1 : 1;
  const gained = pairs.toSorted((x, y) => y.b - y.a - (x.b - x.a) || byId(x, y)).slice(0, count.gained);
  const failed = pairs
    .filter((p) => p.b < 1 && !gained.includes(p))
    .toSorted((x, y) => x.b - y.b || byId(x, y))
    .slice(0, count.failed);
  if (gained.length + failed.length === 0) return undefined;
  const steps: [number, number] = [first.step, last.step];
  return {
    title: 'Examples',
    blocks: [
      {
        kind: 'text',
        text: `Problems of arm ${arm} on ${split}: the ${gained.length} that gained most, then the ${failed.length} solved least at the end. Shown is the first of the samples of each.`,
      },
      ...[...gained, ...failed].map((pair) => ({ kind: 'example' as const, example: exampleOf(data, pair, steps) })),
    ],
  };
}

function exampleOf(
  data: RunData,
  { earlier, after, a, b }: { earlier: EvalRecord; after: EvalRecord; a: number; b: number },
  [first, last]: [number, number],
): Example {
  const problem = data.test.find((p) => p.id === after.problemId);
  const shares: [EvalSample | undefined, number, number][] = [
    [earlier.samples[0], a, first],
    [after.samples[0], b, last],
  ];
  return {
    title: `Problem ${after.problemId}`,
    question: problem?.question ?? '(not in the test set)',
    answer: problem?.answer ?? '',
    traces: tracesOf(data, after, problem?.truth),
    responses: shares.flatMap(([sample, average, step]) =>
      sample
        ? [
            {
              heading: `Response at step ${step} (${percent(average)} % of its samples are right)`,
              text: sample.text,
              verdict: `${sample.verdict.outcome}: ${sample.verdict.rule}`,
              right: sample.verdict.outcome === 'match',
            },
          ]
        : [],
    ),
  };
}

/** The trace in the prompt, and BM25's first one where it is another. */
function tracesOf({ corpus, retrieved }: RunData, record: EvalRecord, truth: string | undefined): Example['traces'] {
  const byId = new Map(corpus.map((trace) => [trace.id, trace]));
  const firstOf = (hits: Hits | undefined) => byId.get(hits?.[0]?.traceId ?? '');
  const own = byId.get(record.traceIds[0] ?? '');
  const bm25 = firstOf(retrieved.get('bm25')?.get(record.problemId));
  const found: [string, Trace | undefined][] = [
    ['Trace in the prompt', own],
    [bm25?.id === own?.id ? '' : "BM25's first trace, for comparison", bm25],
  ];
  return found.flatMap(([heading, trace]) =>
    trace && heading !== ''
      ? [{ heading: `${heading}${truthNote(trace, truth)}`, question: trace.question, trace: trace.trace }]
      : [],
  );
}

function truthNote(trace: Trace, truth: string | undefined): string {
  if (truth === undefined || trace.truth === undefined) return '';
  return trace.truth === truth ? ' (same truth)' : ' (other truth)';
}
