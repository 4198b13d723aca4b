/** Problems to look at: what was asked, which trace was found, what policies said with it and without it. Pure. */
import { averageAtK, type EvalRecord } from '../eval/index.js';
import { unseenSplit, type Trace } from '../data/index.js';
import type { Example, Section } from './blocks.js';
import { comparedEvaluations, type Evaluation } from './evaluation.js';
import { percent } from './numbers.js';
import type { RunData } from './run-data.js';
import { trainingExampleBlocks } from './training-example.js';

/** A problem under both arms of the comparison. */
interface Pair {
  withTrace: EvalRecord;
  other: EvalRecord;
  start: EvalRecord | undefined;
  /** Averages of the two. */
  own: number;
  others: number;
}

/**
 * Chooses five by rule, not by taste: on the hardest split, the three problems that the compared arm gained most on over the arm that it
 * is compared with, then the two that it lost most; where it lost none, those that it solves least. Ties by id.
 */
export function examplesSection(
  data: RunData,
  count: { gained: number; lost: number } = { gained: 3, lost: 2 },
): Section | undefined {
  const { subject, baseline } = data.summary.compared ?? {
    subject: data.summary.differences[0]?.a,
    baseline: data.summary.differences[0]?.b,
  };
  const compared = comparedEvaluations(data);
  const [own, other] = [subject, baseline].map((name) => compared.find(({ arm }) => arm === name));
  if (!own || !other || own === other) return undefined;
  const split = own.records.some((r) => r.split === unseenSplit) ? unseenSplit : own.records.at(-1)?.split;
  const start = data.evaluations.find(({ arm, step }) => arm === own.arm && step === 0 && step !== own.step);
  const pairs = pairsOf(own, other, start).filter(({ withTrace }) => withTrace.split === split);
  const byId = (x: Pair, y: Pair) => (x.withTrace.problemId < y.withTrace.problemId ? -1 : 1);
  const gained = pairs
    .filter((pair) => pair.own > pair.others)
    .toSorted((x, y) => y.own - y.others - (x.own - x.others) || byId(x, y))
    .slice(0, count.gained);
  const rest = pairs.filter((pair) => !gained.includes(pair));
  const lost = rest
    .filter((pair) => pair.own < pair.others)
    .toSorted((x, y) => x.own - x.others - (y.own - y.others) || byId(x, y))
    .slice(0, count.lost);
  const least = rest
    .filter((pair) => pair.own < 1 && !lost.includes(pair))
    .toSorted((x, y) => x.own - y.own || byId(x, y))
    .slice(0, count.lost - lost.length);
  const chosen = [...gained, ...lost, ...least];
  if (chosen.length === 0) return undefined;
  return {
    title: 'Examples',
    blocks: [
      {
        kind: 'text',
        text: `Problems of ${split}, chosen by rule: the ${gained.length} on which ${own.arm} gained most over ${other.arm}, the ${lost.length} on which it lost most, then ${least.length} that it solves least; ties by id. Shown is the first of the samples of each.`,
      },
      ...chosen.map((pair) => ({ kind: 'example' as const, example: exampleOf(data, pair, own, other) })),
      ...trainingExampleBlocks(data),
    ],
  };
}

function pairsOf(own: Evaluation, other: Evaluation, start: Evaluation | undefined): Pair[] {
  const byProblem = (evaluation: Evaluation | undefined) =>
    new Map((evaluation?.records ?? []).map((record) => [record.problemId, record]));
  const [others, starts] = [byProblem(other), byProblem(start)];
  return own.records.flatMap((record) => {
    const beside = others.get(record.problemId);
    const [a, b] = [averageAtK(record.samples), averageAtK(beside?.samples ?? [])];
    if (!beside || a === undefined || b === undefined) return [];
    return [{ withTrace: record, other: beside, start: starts.get(record.problemId), own: a, others: b }];
  });
}

function exampleOf(data: RunData, pair: Pair, own: Evaluation, other: Evaluation): Example {
  const { withTrace, start } = pair;
  const problem = data.test.find((p) => p.id === withTrace.problemId);
  const said: [EvalRecord | undefined, string, number][] = [
    [pair.other, other.arm, other.step],
    [start, own.arm, 0],
    [withTrace, own.arm, own.step],
  ];
  return {
    title: `Problem ${withTrace.problemId}`,
    question: problem?.question ?? '(not in the test set)',
    answer: problem?.answer ?? '',
    traces: tracesOf(data, withTrace, problem?.truth),
    responses: said.flatMap(([record, arm, step]) => responseOf(record, arm, step)),
  };
}

function responseOf(record: EvalRecord | undefined, arm: string, step: number): Example['responses'] {
  const [sample] = record?.samples ?? [];
  if (!record || !sample) return [];
  const average = averageAtK(record.samples);
  const shown = record.traceIds.length > 0 ? 'with a trace' : 'without a trace';
  const share = average === undefined ? '' : ` (${percent(average)} % of its samples are right)`;
  return [
    {
      heading: `${arm}, ${shown}: response at step ${step}${share}`,
      text: sample.text,
      verdict: `${sample.verdict.outcome}: ${sample.verdict.rule}`,
      right: sample.verdict.outcome === 'match',
    },
  ];
}

/** The traces in the prompt, as they stand there, and BM25's first one where it is none of them. */
function tracesOf({ corpus, retrieved }: RunData, record: EvalRecord, truth: string | undefined): Example['traces'] {
  const byId = new Map(corpus.map((trace) => [trace.id, trace]));
  const { traceIds } = record;
  const bm25 = retrieved.get('bm25')?.get(record.problemId)?.[0]?.traceId ?? '';
  const placeOf = (i: number) =>
    traceIds.length === 1 ? 'Trace in the prompt' : `Trace ${i + 1} of ${traceIds.length} in the prompt`;
  const found: [string, Trace | undefined][] = [
    ...traceIds.map((id, i): [string, Trace | undefined] => [placeOf(i), byId.get(id)]),
    [traceIds.includes(bm25) ? '' : "BM25's first trace, for comparison", byId.get(bm25)],
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
