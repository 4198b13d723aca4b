import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeJsonl } from '../data/index.js';
import { scoreSplit, type Summary } from '../eval/index.js';
import { chartSvg } from './chart-svg.js';
import { visibleText } from '../core/visible-text.js';
import { escapeHtml } from './html.js';
import { escapeMarkdown } from './markdown.js';
import { duration } from './duration.js';
import { pointsWithInterval } from './numbers.js';
import { formatSummaryTable, headline } from './summary-table.js';
import { HOSTILE, writeSampleRun } from './testing/sample-run.js';
import { curvesSection } from './results.js';
import { readRunData } from './run-data.js';
import { writeReport } from './write.js';

let root: string;
let html: string;
let markdown: string;
beforeAll(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'ra-rft-report-')), 'sample');
  await writeSampleRun(root);
  const paths = await writeReport(root);
  html = await readFile(paths.html, 'utf8');
  markdown = await readFile(paths.markdown, 'utf8');
});
afterAll(() => rm(join(root, '..'), { recursive: true }));

describe('writeReport', () => {
  test('shows every part of the run', () => {
    for (const title of [
      'Results',
      'Warnings',
      'Curves',
      'Retrieval',
      'Training',
      'Examples',
      'Leak guards',
      'Time and tokens',
      'Configuration',
      'Glossary',
    ]) {
      expect(html).toContain(`<h2>${title}</h2>`);
      expect(markdown).toContain(`## ${title}`);
    }
    for (const arm of ['grpo', 'ra-rft', 'random-trace', 'grpo-retrieval-at-test'])
      expect(html).toContain(`<td>${arm}</td>`);
    expect(html).toContain('BM25&#39;s first trace, for comparison (');
    expect(html).toContain('same truth');
    expect(html).toContain('ra-rft, with a trace: response at step 40');
    expect(html).toContain('grpo, without a trace: response at step 40');
    expect(html.match(/<article>/g)).toHaveLength(5);
    expect(html.match(/<svg /g)).toHaveLength(4);
  });

  test('is one file: no scripts, nothing loaded from elsewhere', () => {
    expect(html).not.toMatch(/<script/i);
    expect(html).not.toMatch(/<(?:link|img|iframe|object|use)\b/i);
    expect(html).not.toMatch(/(?:src|href)="(?!#)/i);
    expect(html).not.toMatch(/url\((?!#)|@import/i);
  });

  test('texts of the run stay texts', () => {
    expect(html).toContain(escapeHtml(HOSTILE));
    expect(html).not.toContain('<script>alert');
    // In Markdown they stand in fences longer than any run of backticks inside.
    expect(markdown).toContain(`\`\`\`\`text\n${visibleText(HOSTILE)}\n\`\`\`\``);
    // Nothing that a terminal would obey, or that turns what follows.
    for (const page of [html, markdown]) {
      expect(page).toContain('\\u001b[2J');
      expect(page).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    }
  });

  test('is the same every time', async () => {
    const again = await writeReport(root);
    expect(await readFile(again.html, 'utf8')).toBe(html);
    expect(await readFile(again.markdown, 'utf8')).toBe(markdown);
  });

  test('a folder without a run is said plainly', async () => {
    for (const missing of [join(root, 'none'), join(root, '..')])
      await expect(writeReport(missing)).rejects.toMatchObject({ code: 'run-folder', where: missing });
  });

  test('the end of a curve, the table and pass@1 have one interval', async () => {
    const data = await readRunData(root);
    const curves = curvesSection(data)!.blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : []));
    for (const { name, split, average, ci95, passAt } of data.summary.arms) {
      const points = curves.find(({ title }) => title === split)!.series.find((line) => line.name === name)!.points;
      expect(points.at(-1)).toMatchObject({ y: 100 * average, low: 100 * ci95[0], high: 100 * ci95[1] });
      expect(passAt![0]!.ci95).toEqual(ci95.map((end) => expect.closeTo(end, 12) as number));
      // Drawn again from the evaluations alone, it is the same.
      const records = data.evaluations.findLast(({ arm }) => arm === name)!.records;
      expect(scoreSplit(records, split, { k: 4, draws: data.drawsOf(split) })).toMatchObject({ average, n: 20 });
    }
  });

  test('counts what an average alone does not show', () => {
    expect(markdown).toMatch(/no answer +\| +too costly +\| +cut off/);
    expect(markdown).toMatch(/pass@1 +\| +pass@2/);
    expect(markdown).toMatch(/\| \d+ \(\d+\.\d %\) \|/);
    expect(markdown).toMatch(/Left out of all differences, .*: \d+ problems of seen \(\d+ samples without a verdict\)/);
  });

  test('says how many labels are inferred, and what their audit found', async () => {
    const partly = join(root, '..', 'partly');
    await writeSampleRun(partly);
    const base = { problemId: 'p', judge: 'm', relevant: true };
    await writeJsonl(join(partly, 'labels.jsonl'), [
      { ...base, traceId: 'a', key: '1', chosen: 'found' },
      { ...base, traceId: 'b', key: '2', inferred: true },
      { ...base, traceId: 'c', key: '3', chosen: 'audit-relevant' },
    ]);
    const text = await readFile((await writeReport(partly)).markdown, 'utf8');
    expect(text).toMatch(/inferred labels +\| +1 /);
    expect(text).toContain('labels by m; of 1 inferred positives drawn at random the judge confirms 100.0 %');
    expect(markdown).not.toContain('inferred labels |');
  });

  test('parts that a run does not have are left out', async () => {
    const bare = join(root, '..', 'bare');
    await writeSampleRun(bare);
    for (const part of ['labels.jsonl', 'metrics.jsonl', 'retrieved']) await rm(join(bare, part), { recursive: true });
    const text = await readFile((await writeReport(bare)).html, 'utf8');
    expect(text).not.toContain('<h2>Training</h2>');
    expect(text).not.toContain('AUC by truth');
    expect(text).not.toContain('for comparison');
  });
});

describe('chartSvg', () => {
  test('draws each series in the text colour of the page, without animation or ids that could clash', () => {
    const series = ['a', 'b'].map((name, i) => ({
      name,
      points: [0, 1, 2].map((x) => ({ x, y: x + i, low: x, high: x + 2 })),
    }));
    const svg = chartSvg({ title: 't', xLabel: 'x', yLabel: 'y', series });
    expect(svg).toContain('currentColor');
    expect(svg).not.toContain('#010203');
    expect(svg).not.toMatch(/<style|@keyframes|<animate/);
    expect(svg).toMatch(/>a<\/text>/);
  });

  test('escapes names', () => {
    const svg = chartSvg({
      title: 't',
      xLabel: '<x>',
      yLabel: 'y',
      series: [{ name: '<b>', points: [{ x: 0, y: 1 }] }],
    });
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('&lt;b&gt;');
  });
});

describe('formatSummaryTable', () => {
  const summary: Summary = {
    compared: { subject: 'ra-rft', baseline: 'grpo' },
    arms: [
      { name: 'grpo', split: 'seen', k: 8, n: 100, average: 0.24, ci95: [0.2, 0.28] },
      { name: 'grpo', split: 'unseen', k: 8, n: 100, average: 0.17, ci95: [0.13, 0.21] },
      { name: 'ra-rft', split: 'seen', k: 8, n: 100, average: 0.99, ci95: [0.97, 1] },
      { name: 'ra-rft', split: 'unseen', k: 8, n: 100, average: 0.861, ci95: [0.802, 0.914] },
    ],
    differences: [
      { a: 'ra-rft', b: 'grpo', split: 'seen', mean: 0.75, ci95: [0.7, 0.8] },
      { a: 'ra-rft', b: 'grpo', split: 'unseen', mean: 0.691, ci95: [0.61, 0.77] },
    ],
    retrievers: [{ name: 'learned', split: 'unseen', recallAt1: 0.94, ci95: [0.89, 0.98], n: 100 }],
    seconds: {},
  };

  test('lines up arms, differences and retrievers', () => {
    expect(formatSummaryTable(summary)).toBe(
      `average@8, % [95 % interval]
  arm           seen (n 100)     unseen (n 100)
  grpo     24.0 [20.0, 28.0]  17.0 [13.0, 21.0]
  ra-rft  99.0 [97.0, 100.0]  86.1 [80.2, 91.4]

paired difference, points [95 % interval]
  difference                     seen                unseen
  ra-rft - grpo  +75.0 [+70.0, +80.0]  +69.1 [+61.0, +77.0]

recall@1, % [95 % interval]
  retriever     unseen (n 100)
  learned    94.0 [89.0, 98.0]`,
    );
  });

  test('leaves out what is not there', () => {
    const point = (k: number, mean: number) => ({ k, mean, ci95: [mean - 0.1, mean + 0.1] as [number, number], n: 2 });
    const responses = { samples: 4, cutOff: 3, noAnswer: 2, tooCostly: 1, noVerdict: 0, failedProblems: 0 };
    const more = { passAt: [point(1, 0.5), point(2, 0.75)], majAt: [], k: 2, responses };
    const arms = summary.arms.slice(0, 1).map((arm) => ({ ...arm, ...more }));
    const text = formatSummaryTable({ ...summary, arms });
    expect(text).toMatch(/pass@2 \/ maj@2, % .*\n.*\n +\S+ +75\.0 \[65\.0, 85\.0\] \/ -\n/);
    expect(text).toMatch(
      /cut off \/ without an answer \/ too costly \/ without a verdict\n.*\n +\S+ +3 \/ 2 \/ 1 \/ 0/,
    );
    expect(formatSummaryTable({ ...summary, differences: [], retrievers: [] })).not.toContain('difference');
  });

  test('the headline says what the interval allows to say', () => {
    expect(headline(summary)).toContain(
      'On unseen problems ra-rft reaches 86.1 % (average@8) and grpo 17.0 %: above grpo',
    );
    const unclear = {
      ...summary,
      differences: [{ a: 'ra-rft', b: 'grpo', split: 'unseen', mean: 0.02, ci95: [-0.03, 0.07] as [number, number] }],
    };
    expect(headline(unclear)).toContain('not clearly apart from grpo');
    expect(headline({ ...summary, differences: [] })).toBeUndefined();
  });
});

test('numbers are written for people', () => {
  expect([0, 7.25, 59.96, 65, 3599.7, 7800].map(duration)).toEqual([
    '0.0 s',
    '7.3 s',
    '60.0 s',
    '1 min 05 s',
    '1 h 00 min',
    '2 h 10 min',
  ]);
  expect(pointsWithInterval(0.12, [-0.044, 0])).toBe('+12.0 [-4.4, 0.0]');
  expect(escapeMarkdown('a|b `c` <d>\ne')).toBe('a\\|b \\`c\\` \\<d\\> e');
});
