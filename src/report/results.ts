/** The report's sections on results: arms, their curves, training, retrievers, labels. Pure. */
import { Rng } from '../core/rng.js';
import { curvesOf, scoreSplit, splitsOf, type SplitCurves, type SplitScore, type Summary } from '../eval/index.js';
import { auditOf, auditText, gradeLabels, type Label } from '../judge/index.js';
import type { Block, Chart, Section, Series } from './blocks.js';
import { alikeTracesBlock } from './alike-traces.js';
import { contextsBlock } from './contexts.js';
import { percent, percentWithInterval } from './numbers.js';
import { lastEvaluations, type Evaluation } from './evaluation.js';
import type { RunData } from './run-data.js';
import { retrieverArmsBlock } from './retriever-arms.js';
import { traceUseBlock } from './trace-use.js';
import { twoByTwoBlocks } from './two-by-two.js';
import { trainingTracesBlock } from './training-traces.js';
import { unshownTracesBlock } from './unshown-traces.js';
import { trainingCharts } from './training-charts.js';
import { stateBlock, unfinishedText, withMissingArms } from './run-state.js';
import {
  armsTable,
  differencesTable,
  greedyTable,
  headline,
  leftOutText,
  retrieversTable,
  tooLongText,
} from './summary-table.js';
import { labelTurnsBlock } from './label-turns.js';

/** Arms, differences and what lies behind the averages. */
export function resultsSection(data: RunData): Section {
  const { summary } = data;
  const k = summary.arms[0]?.k ?? 0;
  const sentence = headline(summary);
  const blocks: Block[] = data.unfinished
    ? [{ kind: 'text', text: unfinishedText(data.unfinished) }, ...stateBlock(data.unfinished)]
    : [];
  if (summary.arms.length === 0) return { title: 'Results', blocks };
  if (sentence !== undefined) blocks.push({ kind: 'text', text: sentence });
  blocks.push({
    kind: 'table',
    table: withMissingArms(armsTable(summary), data.unfinished),
    note: `average@${k} in per cent, 95 % interval`,
  });
  if (summary.differences.length > 0) {
    blocks.push({
      kind: 'table',
      table: differencesTable(summary),
      note: 'paired differences in points, 95 % interval',
    });
  }
  const greedy = greedyTable(summary);
  if (greedy.rows.length > 0)
    blocks.push({
      kind: 'table',
      table: greedy,
      note: 'one response at temperature 0, in per cent and points, 95 % interval',
    });
  for (const text of [leftOutText(summary), tooLongText(summary)])
    if (text !== undefined) blocks.push({ kind: 'text', text });
  blocks.push({
    kind: 'table',
    table: detailTable(data),
    note: 'the last evaluation of each arm: samples without an answer, too costly or cut off as counts and shares; failures are in no average',
  });
  blocks.push(...twoByTwoBlocks(data));
  if (k > 1) blocks.push(...curvesBlocks(data, k));
  return { title: 'Results', blocks };
}

function detailTable(data: RunData) {
  const last = lastEvaluations(data.evaluations);
  const rows = last.flatMap(({ arm, step, records }) =>
    splitsOf(records).flatMap((split) => {
      const score = scoreOf(data, records, split);
      const first = data.evaluations.find((e) => e.arm === arm && e.step === 0);
      const start = first && first.step !== step ? scoreOf(data, first.records, split) : undefined;
      return score ? [detailRow(arm, step, score, start)] : [];
    }),
  );
  const numeric = (label: string) => ({ label, numeric: true });
  return {
    columns: [
      { label: 'arm' },
      { label: 'split' },
      numeric('step 0'),
      numeric('last step'),
      numeric('no answer'),
      numeric('too costly'),
      numeric('cut off'),
      numeric('tokens'),
      numeric('time-outs'),
      numeric('verifier failures'),
      numeric('failed problems'),
    ],
    rows,
  };
}

function detailRow(arm: string, step: number, score: SplitScore, start: SplitScore | undefined): string[] {
  const optional = (share: number | undefined) => (share === undefined ? '' : percent(share));
  return [
    arm,
    score.split,
    optional(start?.average),
    `${percent(score.average)} (${step})`,
    countOf(score.responses.noAnswer, score.responses.samples),
    countOf(score.responses.tooCostly, score.responses.samples),
    countOf(score.responses.cutOff, score.responses.samples),
    score.responseTokens.toFixed(1),
    String(score.timeouts),
    String(score.verifierFailures),
    String(score.failedProblems),
  ];
}

/** pass@k and maj@k of the last evaluations, at the powers of two up to k and at k. */
function curvesBlocks(data: RunData, k: number): Block[] {
  const last = lastEvaluations(data.evaluations);
  const rows = last.flatMap(({ arm, step, records }) =>
    splitsOf(records).map((split) => ({ arm, split, curves: armCurves(data, { arm, step, records }, split) })),
  );
  const shown = Array.from({ length: k }, (_, i) => i + 1).filter((at) => at === k || Number.isInteger(Math.log2(at)));
  return (['passAt', 'majAt'] as const).flatMap((curve): Block[] => {
    const name = curve === 'passAt' ? 'pass' : 'maj';
    const numeric = shown.map((at) => ({ label: `${name}@${at}`, numeric: true }));
    const cells = ({ [curve]: points }: SplitCurves) =>
      shown.map((at) => (points[at - 1] ? percentWithInterval(points[at - 1]!.mean, points[at - 1]!.ci95) : ''));
    const filled = rows.filter(({ curves }) => curves[curve].length > 0);
    if (filled.length === 0) return [];
    const table = {
      columns: [{ label: 'arm' }, { label: 'split' }, ...numeric],
      rows: filled.map(({ arm, split, curves }) => [arm, split, ...cells(curves)]),
    };
    return [{ kind: 'table', table, note: `${name}@k in per cent, 95 % interval` }];
  });
}

/** `12 (1.5 %)` */
function countOf(count: number, of: number): string {
  return `${count} (${percent(count / of)} %)`;
}

/** One chart a split: average@k of every arm by training step. */
export function curvesSection(data: RunData): Section | undefined {
  const { evaluations, summary } = data;
  const k = summary.arms[0]?.k ?? 0;
  const arms = [...new Set(evaluations.map((e) => e.arm))];
  const splits = [...new Set(summary.arms.map((a) => a.split))];
  if (splits.length === 0) return undefined;
  return {
    title: 'Curves',
    blocks: splits.map((split): Block => {
      const series = arms.map((name): Series => {
        const points = evaluations
          .filter((e) => e.arm === name)
          .flatMap(({ step, records }) => {
            const score = scoreOf(data, records, split);
            if (!score) return [];
            const [low, high] = toldOf(data, { arm: name, step }, split)?.ci95 ?? score.ci95;
            return [{ x: step, y: 100 * score.average, low: 100 * low, high: 100 * high }];
          });
        return { name, points };
      });
      const chart: Chart = { title: split, xLabel: 'training step', yLabel: `average@${k}, %`, series };
      return { kind: 'chart', chart, note: 'bands: 95 % intervals over problems' };
    }),
  };
}

/** Charts of the training steps. */
export function trainingSection({ metrics }: RunData): Section | undefined {
  const blocks = trainingCharts(metrics).map((chart): Block => ({ kind: 'chart', chart }));
  return blocks.length === 0 ? undefined : { title: 'Training', blocks };
}

/** Retrievers and the labels behind the learned one. */
export function retrievalSection(data: RunData): Section | undefined {
  const blocks: Block[] = [];
  if (data.summary.retrievers.length > 0) {
    blocks.push({
      kind: 'table',
      table: retrieversTable(data.summary),
      note: 'recall@1 in per cent: share of problems whose first trace is relevant',
    });
  }
  blocks.push(...trainingTracesBlock(data.summary), ...retrieverArmsBlock(data));
  blocks.push(...contextsBlock(data, lastEvaluations(data.evaluations)));
  blocks.push(...traceUseBlock(data.summary), ...unshownTracesBlock(data), ...alikeTracesBlock(data));
  if (data.labels.length > 0) blocks.push({ kind: 'table', table: labelsTable(data), note: labelsNote(data.labels) });
  blocks.push(...labelTurnsBlock(data.summary));
  return blocks.length === 0 ? undefined : { title: 'Retrieval', blocks };
}

function labelsNote(labels: readonly Label[]): string {
  const by = `labels by ${labels[0]?.judge}`;
  return labels.some(isInferred) ? `${by}; ${auditText(auditOf(labels))}` : by;
}

function isInferred(label: Label): boolean {
  return 'inferred' in label;
}

function labelsTable({ labels, train, corpus }: RunData) {
  const problems = new Map(train.map((p) => [p.id, p.truth]));
  const traces = new Map(corpus.map((t) => [t.id, t.truth]));
  const grade = gradeLabels(labels, { problem: (id) => problems.get(id), trace: (id) => traces.get(id) });
  const { same, other } = grade.meanScore;
  const inferred = labels.filter(isInferred).length;
  const rows: [string, string | undefined][] = [
    ['pairs', String(grade.pairs)],
    ['inferred labels', inferred === 0 ? undefined : String(inferred)],
    ['queries', `${grade.queries} (${grade.queriesWithPositive} with a positive)`],
    ['positives', String(grade.positives)],
    ['failed labels', String(grade.failed)],
    ['precision by truth', shareText(grade.precision)],
    ['chance by truth', shareText(grade.baseRate)],
    ['recall by truth', shareText(grade.recall)],
    ['AUC by truth', grade.auc?.toFixed(3)],
    ['best by gain right', shareText(grade.bestRight)],
    ['best that could be right', shareText(grade.bestPossible)],
    ['mean gain, same truth', same === null ? undefined : `${same.toFixed(2)} nats`],
    ['mean gain, other truth', other === null ? undefined : `${other.toFixed(2)} nats`],
  ];
  return {
    columns: [{ label: 'labels' }, { label: 'value', numeric: true }],
    rows: rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  };
}

function shareText(share: number | null): string | undefined {
  return share === null ? undefined : `${percent(share)} %`;
}

function scoreOf({ summary, drawsOf }: RunData, records: Evaluation['records'], split: string): SplitScore | undefined {
  return scoreSplit(records, split, { k: summary.arms[0]?.k ?? 0, draws: drawsOf(split) });
}

/** pass@k and maj@k as the summary tells them, where it is of this evaluation and an older version has not left them out. */
function armCurves(data: RunData, evaluation: Evaluation, split: string): SplitCurves {
  const { passAt, majAt } = toldOf(data, evaluation, split) ?? {};
  if (passAt && majAt) return { passAt, majAt };
  const rng = Rng.fromSeed(`report/${evaluation.arm}/${split}`);
  return curvesOf(evaluation.records, split, { draws: data.drawsOf(split), rng });
}

/** The summary's row of an evaluation: what stands there stands everywhere. Summaries of older versions had other draws. */
function toldOf(
  { summary, unfinished, evaluations }: RunData,
  { arm, step }: Pick<Evaluation, 'arm' | 'step'>,
  split: string,
): Summary['arms'][number] | undefined {
  const end = Math.max(...evaluations.filter((one) => one.arm === arm).map((one) => one.step));
  if (step !== (unfinished ? unfinished.comparedAt : end)) return undefined;
  return summary.arms.find((row) => row.name === arm && row.split === split);
}
