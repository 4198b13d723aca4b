/** Several runs as one report. Pure. */
import { comparedArms } from '../config/index.js';
import { averagesByProblem } from '../eval/index.js';
import type { Block, Report, ReportTable, Section, Series } from '../report/index.js';
import { differenceCell, valueCell } from './cells.js';
import type { RunGroup } from './run-groups.js';
import type { DifferenceTogether, RunsTogether } from './runs-together.js';

const numeric = (label: string) => ({ label, numeric: true });

export function runsReport(together: RunsTogether, groups: readonly RunGroup[]): Report {
  const sections: Section[] = [runsSection(together), armsSection(together)];
  if (together.across.length > 0)
    sections.push({
      title: 'Differences from run to run',
      blocks: [differenceBlock(together, together.across, 'arms of one name, later run less earlier one')],
    });
  if (together.within.length > 0)
    sections.push({
      title: 'Differences within each run',
      blocks: [differenceBlock(together, together.within, 'the compared arm less each other arm of its run')],
    });
  sections.push(curvesSection(groups));
  return { title: `Runs ${together.runs.map(({ name }) => name).join(' and ')}`, sections };
}

function runsSection({ runs, leftOut }: RunsTogether): Section {
  const left = Object.entries(leftOut).filter(([, count]) => count > 0);
  const unfinished = runs.flatMap((run) => run.unfinished);
  const texts = [
    'All runs were tested on the same problems, and all differences are paired by problem. Runs that differ in their seed alone are one row, with intervals over seeds and problems; of a single run, intervals are over its problems and say nothing about other seeds.',
    ...(unfinished.length > 0
      ? [
          `Not finished: ${unfinished.join(', ')}. Arms that were not evaluated at the end of their training are in no table.`,
        ]
      : []),
    ...(left.length > 0
      ? [
          `Left out, since not every arm has k judged samples of them: ${left.map(([split, n]) => `${n} problems of ${split}`).join(', ')}.`,
        ]
      : []),
  ];
  const table: ReportTable = {
    columns: [{ label: 'run' }, numeric('seeds'), numeric('k'), { label: 'settings that differ from the first' }],
    rows: runs.map(({ name, seeds, k, differs }) => [
      name,
      seeds.join(', '),
      k.join(', '),
      differs.length <= 8 ? differs.join('; ') : `${differs.slice(0, 8).join('; ')}; and ${differs.length - 8} more`,
    ]),
  };
  return {
    title: 'Runs',
    blocks: [...texts.map((text): Block => ({ kind: 'text', text })), { kind: 'table', table }],
  };
}

function armsSection({ arms, leftOut, runs }: RunsTogether): Section {
  const splits = Object.keys(leftOut);
  if (arms.length === 0)
    return { title: 'Results', blocks: [{ kind: 'text', text: 'No arm of these runs was evaluated at its end yet.' }] };
  const table: ReportTable = {
    columns: [{ label: 'run' }, { label: 'arm' }, numeric('step'), ...splits.map(numeric), numeric('seeds')],
    rows: arms.map(({ run, arm, steps, accuracy }) => [
      run,
      arm,
      steps.join(', '),
      ...splits.map((split) => valueCell(accuracy[split])),
      String(Object.values(accuracy)[0]?.seeds.length ?? 0),
    ]),
  };
  const k = [...new Set(runs.flatMap((run) => run.k))].join('/');
  return {
    title: 'Results',
    blocks: [{ kind: 'table', table, note: `average@${k} in per cent at the end of the training, 95 % interval` }],
  };
}

function differenceBlock({ leftOut }: RunsTogether, rows: readonly DifferenceTogether[], about: string): Block {
  const splits = Object.keys(leftOut);
  const table: ReportTable = {
    columns: [{ label: 'difference' }, ...splits.map(numeric), ...(rows.some(({ why }) => why) ? [{ label: '' }] : [])],
    rows: rows.map(({ a, b, difference, why }) => [
      a.run === b.run ? `${a.run}: ${a.arm} - ${b.arm}` : `${a.arm}: ${a.run} - ${b.run}`,
      ...splits.map((split) => differenceCell(difference[split], { seeds: true })),
      ...(rows.some((row) => row.why) ? [why ?? ''] : []),
    ]),
  };
  return { kind: 'table', table, note: `${about}: paired differences in points, 95 % interval` };
}

/** Mean over seeds of the two compared arms of each run, at the steps that all its seeds have. */
function curvesSection(groups: readonly RunGroup[]): Section {
  const evaluations = groups.flatMap(({ runs }) => runs.flatMap(({ data }) => data.evaluations));
  const splits = [...new Set(evaluations.flatMap(({ records }) => records.map(({ split }) => split)))];
  const blocks = splits.map((split): Block => {
    const series = groups.flatMap((group): Series[] => {
      const { config } = group.runs[0]!.data;
      const { subject, baseline } = comparedArms({ arms: config.arms, eval: config.eval });
      return [...new Set([baseline, subject])].map((arm) => ({
        name: `${group.name}: ${arm}`,
        points: seedMeans(group, arm, split),
      }));
    });
    const chart = { title: split, xLabel: 'training step', yLabel: 'average, %', series };
    return { kind: 'chart', chart, note: 'mean over seeds' };
  });
  return { title: 'Curves', blocks };
}

function seedMeans({ runs }: RunGroup, arm: string, split: string): Series['points'] {
  const own = runs.map(({ data }) => data.evaluations.filter((one) => one.arm === arm));
  const steps = (own[0] ?? [])
    .map(({ step }) => step)
    .filter((step) => own.every((one) => one.some((e) => e.step === step)));
  return steps.flatMap((step) => {
    const means = own.map((one) => {
      const averages = [...averagesByProblem(one.find((e) => e.step === step)!.records, split).values()];
      return averages.reduce((a, b) => a + b, 0) / averages.length;
    });
    const y = means.reduce((a, b) => a + b, 0) / means.length;
    return Number.isNaN(y) ? [] : [{ x: step, y: 100 * y }];
  });
}
