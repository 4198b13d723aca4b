/** Audits and statistics of labels as text for a terminal. */
import { padText, textWidth } from '../core/text-width.js';
import { visibleText } from '../core/visible-text.js';
import { percentText } from '../core/percent.js';
import {
  auditText,
  pairKey,
  type Agreement,
  type DecidedLabel,
  type Disagreement,
  type LabelStats,
  type PairFacts,
  type StatsRow,
} from '../judge/index.js';
import type { JudgedRun } from '../pipeline/index.js';

/** Confusion table, agreement and kappa of the run's judge with another. */
export function agreementText(result: Agreement, file: string): string {
  const { pairs, failed, table, agreement, kappa, kappaCi95 } = result;
  // One model asked in two ways is two judges of one name.
  const [a, b] = result.a === result.b ? ['this run', 'the other'] : [result.a, result.b];
  const count = (n: number) => String(Math.round(n * 10) / 10);
  const stoodFor = Math.round(table.yesYes + table.yesNo + table.noYes + table.noNo);
  const weighed = stoodFor === pairs ? '' : `, weighed to stand for ${stoodFor} of ${a}`;
  const interval = kappaCi95 ? ` (95 % interval ${kappaCi95.map((x) => x.toFixed(2)).join(' to ')})` : '';
  return [
    `${result.a} against ${result.b} (${file})`,
    `  pairs that both decided: ${pairs}${weighed}; failed with one of them: ${failed}`,
    ...columns([
      ['', `${b} yes`, `${b} no`],
      [`${a} yes`, count(table.yesYes), count(table.yesNo)],
      [`${a} no`, count(table.noYes), count(table.noNo)],
    ]).map((line) => `  ${line}`),
    `  agreement ${agreement === null ? 'unknown' : percentText(agreement)}, kappa ${kappa === null ? 'undefined: a judge says one thing only' : `${kappa.toFixed(2)}${interval}`}`,
  ].join('\n');
}

/** The two sides of a pair that judges see differently, and why. */
export function disagreementText({ a, b }: Disagreement, run: JudgedRun): string {
  return [`\n-- ${a.problemId} with ${a.traceId}`, ...pairText(a, run), verdictText(a), verdictText(b)].join('\n');
}

/** Tables of counts, rates and relations, and examples. */
export function statsText(stats: LabelStats, facts: ReadonlyMap<string, PairFacts>, run: JudgedRun): string {
  const { all, queries, queriesWithPositive, inferred, rankCorrelation, examples } = stats;
  const parts = [
    `labels by ${stats.judge}: ${all.pairs} pairs of ${queries} problems, ${queriesWithPositive} problems with a relevant trace, ${all.failed} pairs failed`,
    ...doubts(stats),
    ...(inferred ? [`${inferred.pairs} of the labels are inferred; ${auditText(inferred)}`] : []),
    table('all pairs', [all]),
    table('by type', stats.byType),
    table('by rank of the trace in BM25', stats.byRank),
    table('by length of the trace, in characters', stats.byLength),
  ];
  if (stats.failures.length > 0) {
    const shown = stats.failures.slice(0, 5).map(({ reason, pairs }) => [reason.slice(0, 90), String(pairs)]);
    parts.push(['why pairs failed', ...columns(shown).map((line) => `  ${line}`)].join('\n'));
  }
  if (rankCorrelation) {
    const { mean, queries: n } = rankCorrelation;
    parts.push(
      `score and BM25 similarity within a problem: rank correlation ${mean.toFixed(3)}, mean of ${n} problems`,
    );
  }
  const rank = (label: DecidedLabel) => facts.get(pairKey(label))?.bm25Rank;
  for (const [title, labels] of [
    ['similar but useless', examples.similarUseless],
    ['dissimilar but useful', examples.dissimilarUseful],
  ] as const) {
    for (const label of labels) {
      const head = `-- ${title}: ${label.problemId} with ${label.traceId}, rank ${rank(label) ?? 'unknown'} in BM25`;
      parts.push([head, ...pairText(label, run), verdictText(label)].join('\n'));
    }
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What shows without any other judge that this one does not judge. */
function doubts({ all, repeated }: LabelStats): string[] {
  const decided = all.pairs - all.failed;
  const one = decided > 1 && (all.relevant === 0 || all.relevant === 1);
  return [
    ...(one
      ? [`the judge says ${all.relevant === 1 ? 'yes' : 'no'} to all ${decided} pairs: it tells none apart`]
      : []),
    ...(repeated ? [`${repeated.pairs} of ${decided} justifications are the same: ${oneLine(repeated.reason)}`] : []),
  ];
}

function table(title: string, rows: readonly StatsRow[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ name, pairs, failed, relevant, meanScore }) => [
    name,
    String(pairs),
    String(failed),
    relevant === null ? '' : percentText(relevant),
    meanScore === null ? '' : meanScore.toFixed(3),
  ]);
  return columns([[title, 'pairs', 'failed', 'relevant', 'mean score'], ...cells]).join('\n');
}

function pairText({ problemId, traceId }: DecidedLabel, run: JudgedRun): string[] {
  const problem = run.problems.find(({ id }) => id === problemId);
  const trace = run.corpus.find(({ id }) => id === traceId);
  return [
    `target:    ${oneLine(problem?.question ?? 'not in this run')}`,
    `reference: ${oneLine(trace?.question ?? 'not in this run')}`,
    `its trace: ${oneLine(trace?.trace ?? '')}`,
  ];
}

function verdictText({ judge, relevant, score, reason, inferred }: DecidedLabel): string {
  const why = [
    inferred && 'inferred',
    score === undefined ? undefined : `score ${score.toFixed(3)}`,
    reason && oneLine(reason),
  ];
  return `${judge}: ${[relevant ? 'yes' : 'no', ...why].filter(Boolean).join(', ')}`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 300 ? line : `${line.slice(0, 297)}...`;
}

/** Rows as lines: the first column to the left, the others to the right. */
function columns(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map((row) => row.map(visibleText));
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => textWidth(row[c] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, c) => padText(cell, widths[c] ?? 0, c === 0 ? 'end' : 'start'))
      .join('  ')
      .trimEnd(),
  );
}
