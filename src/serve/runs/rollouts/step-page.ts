/** One step: its metrics, what became of its comparisons, and a page of them. */
import { readFile } from 'node:fs/promises';
import { readJsonlSoFar } from '../../../core/jsonl.js';
import { exists } from '../../../core/missing.js';
import { evalMetricGlossary, scoreSplit, splitsOf, summaryDraws, type EvalRecord } from '../../../eval/index.js';
import { keptConfig } from '../../../report/index.js';
import { percent, percentWithInterval } from '../../../report/numbers.js';
import { stepMetricGlossary } from '../../../rl/index.js';
import { runPaths, type MetricsRow } from '../../../runs/index.js';
import { sftMetricGlossary } from '../../../supervised/index.js';
import { problemsById, testProblems } from '../run-texts.js';
import { toldSummary } from '../told-summary.js';
import { groupsOf, shortResponse, type ShownGroup } from './groups.js';
import { PAGE, type ShownSignal, type StepAnswer, type StepGroup } from './schemas.js';
import type { StepFile } from './step-files.js';

type Metric = StepAnswer['metrics'][number];

export async function stepPage(
  root: string,
  file: StepFile,
  { signal, page }: { signal?: ShownSignal | undefined; page: number },
): Promise<StepAnswer> {
  const signals: StepAnswer['signals'] = { mixed: 0, 'all-right': 0, 'all-wrong': 0, failed: 0 };
  const shown: StepGroup[] = [];
  let matched = 0;
  for await (const { group, comparison, first } of comparisons(groupsOf(file))) {
    if (first) signals[group.signal]++;
    if (signal !== undefined && group.signal !== signal) continue;
    if (matched >= page * PAGE && shown.length < PAGE) shown.push(stepGroup(group, comparison));
    matched++;
  }
  const problems = await problemsById(
    root,
    shown.map(({ problemId }) => problemId),
  );
  const { arm, key, kind, step } = file;
  return {
    arm,
    key,
    kind,
    step,
    metrics: kind === 'training' ? await trainingMetrics(root, file) : await evaluationMetrics(root, file),
    signals,
    matched,
    page,
    pages: Math.ceil(matched / PAGE),
    groups: shown.map((one) => {
      const question = problems.get(one.problemId)?.question;
      return { ...one, ...(question !== undefined && { question }) };
    }),
  };
}

/**
 * Groups with the number of their comparison: the prompts of a problem stand one after the other, those of a first try before those
 * that took its place. `first` is the one that counts for it.
 */
async function* comparisons(groups: AsyncIterable<ShownGroup>) {
  let [comparison, last, counted] = [-1, '', false];
  for await (const group of groups) {
    const name = JSON.stringify([group.problemId, group.rank]);
    if (name !== last) [comparison, last, counted] = [comparison + 1, name, false];
    const first: boolean = !counted && !group.replaced;
    counted ||= first;
    yield { group, comparison, first };
  }
}

function stepGroup(own: ShownGroup, comparison: number): StepGroup {
  const { group, problemId, rank, traceIds, hint, signal, replaced, failed, responses } = own;
  return {
    group,
    comparison,
    problemId,
    ...(rank !== undefined && { rank }),
    traceIds: [...traceIds],
    hinted: hint !== undefined,
    signal,
    replaced,
    ...(failed !== undefined && { failed }),
    responses: responses.map(shortResponse),
  };
}

/** Keys of a row that say whose it is. */
const NAMES = ['arm', 'step'];

async function trainingMetrics(root: string, { arm, step }: StepFile): Promise<Metric[]> {
  const path = runPaths(root).metrics;
  const rows = (await exists(path)) ? await readJsonlSoFar<MetricsRow>(path) : [];
  const row = rows.findLast((one) => one.arm === arm && one.step === step) ?? {};
  const meanings: Record<string, string> = { ...sftMetricGlossary, ...stepMetricGlossary };
  return Object.entries(row)
    .filter(([name, value]) => !NAMES.includes(name) && value !== null && value !== undefined)
    .map(([name, value]) =>
      metric(name, typeof value === 'number' ? shortNumber(value) : String(value), meanings[name]),
    );
}

/** Four digits that say something; whole numbers as they are. */
function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** The figures of each split, with the intervals that the report has. */
async function evaluationMetrics(root: string, { arm, step, path, kind }: StepFile): Promise<Metric[]> {
  if (kind === 'contexts') return [];
  const config = keptConfig(await readFile(runPaths(root).config, 'utf8'));
  const records = await readJsonlSoFar<EvalRecord>(path);
  const { drawsOf } = summaryDraws(await testProblems(root), [records], config);
  const told = kind === 'evaluation' ? await toldSummary(root, config, [step]) : undefined;
  return splitsOf(records).flatMap((split) => {
    const k = kind === 'greedy' ? 1 : (config.eval.k ?? 1);
    const score = scoreSplit(records, split, { k, draws: drawsOf(split) });
    if (!score)
      return [metric(`${split}: failed problems`, String(records.length), evalMetricGlossary['failed problems'])];
    const { average, n, responses } = score;
    const { ci95 } = told?.arms.find((row) => row.name === arm && row.split === split && row.n === n) ?? score;
    const counts = {
      'no answer': responses.noAnswer,
      'cut off': responses.cutOff,
      'too costly': responses.tooCostly,
      'no verdict': responses.noVerdict,
      'failed problems': responses.failedProblems,
    };
    return [
      metric(
        `${split}: ${kind === 'greedy' ? 'greedy' : `average@${k}`}`,
        `${percentWithInterval(average, ci95)} % of ${n} problems`,
        evalMetricGlossary[kind === 'greedy' ? 'greedy' : 'average@k'],
      ),
      ...Object.entries(counts).flatMap(([name, count]) =>
        count === 0
          ? []
          : [
              metric(
                `${split}: ${name}`,
                `${count} (${percent(count / responses.samples)} %)`,
                evalMetricGlossary[name as keyof typeof evalMetricGlossary],
              ),
            ],
      ),
    ];
  });
}

function metric(name: string, value: string, meaning: string | undefined): Metric {
  return { name, value, ...(meaning !== undefined && { meaning }) };
}
