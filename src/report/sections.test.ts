import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { tmpdir } from 'node:os';
import { readJsonlAll } from '../core/jsonl.js';
import { writeJsonl } from '../data/index.js';
import { averageAtK, rankedId, type EvalRecord } from '../eval/index.js';
import { runPaths } from '../runs/run-paths.js';
import type { Block } from './blocks.js';
import { contextsByProblemBlocks } from './contexts-by-problem.js';
import { costSection } from './cost.js';
import { examplesSection } from './examples.js';
import { leaksSection } from './leaks.js';
import { retrieverArmsBlock } from './retriever-arms.js';
import { readRunData } from './run-data.js';
import { writeSampleRun } from './testing/sample-run.js';
import { twoByTwoBlocks } from './two-by-two.js';
import { unshownTracesBlock } from './unshown-traces.js';

const arms = `arms:
  - { name: grpo, train: none, test: none }
  - { name: ra-rft, train: learned, test: learned }
  - { name: random-trace, train: random, test: random }
  - { name: grpo-retrieval-at-test, train: none, test: learned, policyOf: grpo }
rl: { steps: 40 }
eval: { k: 4, bootstrapSamples: 300 }
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ra-rft-sections-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeSampleRun(root);
  await writeFile(join(root, 'config.yaml'), arms);
});

function rowsOf(block: Block | undefined): readonly (readonly string[])[] {
  if (block?.kind !== 'table') throw new Error('no table');
  return block.table.rows;
}

describe('retrieval at training against retrieval at the test', () => {
  test('has a cell for each arm, and says which there is none of', async () => {
    const data = await readRunData(root);
    const [block, ...others] = twoByTwoBlocks(data);
    expect(others).toEqual([]); // two arms with random traces are no square
    const [without, withThem, added] = rowsOf(block);
    expect(without![1]).toContain('(grpo)');
    expect(without![2]).toContain('(grpo-retrieval-at-test)');
    expect(withThem![1]).toBe('no such arm');
    const told = data.summary.differences.find(({ b, split }) => b === 'grpo-retrieval-at-test' && split === 'seen')!;
    expect(added![2]).toContain(`+${(100 * told.mean).toFixed(1)} [`);
    expect(without![3]).toMatch(/^[+-]\d/);
  });

  test('is left out where an arm of another recipe would be beside it', async () => {
    await writeFile(join(root, 'config.yaml'), arms.replace('train: learned,', 'train: learned, recipe: dapo,'));
    expect(twoByTwoBlocks(await readRunData(root))).toEqual([]);
  });
});

test('retrievers stand beside the arms with their traces', async () => {
  const rows = rowsOf(retrieverArmsBlock(await readRunData(root))[0]);
  expect(rows.map(([from, arm]) => [from, arm])).toEqual([
    ['none', 'grpo'],
    ['learned', 'ra-rft'],
    ['random', 'random-trace'],
  ]);
  expect(rows[1]![2]).toMatch(/^\d+\.\d \[/);
  expect(rows[0]![2]).toBe('');
});

test('arms without traces are told by whether a right one would have been shown', async () => {
  const problems = (await readRunData(root)).test;
  const hits = problems.map(({ id }, i) => ({
    set: 'test',
    problemId: id,
    hits: [{ traceId: `t${i % 2 === 0 ? i % 4 : 3}`, score: 1 }],
  }));
  await writeJsonl(runPaths(root).retrieved('learned'), hits);
  const rows = rowsOf(unshownTracesBlock(await readRunData(root))[0]);
  // Even problems are shown the trace of their own rule, odd ones that of rule 3: right for 3, 7, 11 and so on.
  expect(rows.map(([arm, split]) => [arm, split])).toEqual([
    ['grpo', 'seen'],
    ['grpo', 'unseen'],
  ]);
  expect(rows[0]![2]).toMatch(/\(15\)$/);
  expect(rows[0]![3]).toMatch(/\(5\)$/);
});

test('the guards are asked about every pair that met', async () => {
  const path = runPaths(root).retrieved('bm25');
  const hits = await readJsonlAll<{ problemId: string; hits: unknown[] }>(path);
  // q30 has the answer of t29, which is not there; q5 that of t4. The guard's own words say why.
  await writeJsonl(
    path,
    hits.map((line) =>
      line.problemId === 'q12'
        ? {
            ...line,
            hits: [
              { traceId: 't11', score: 1 },
              { traceId: 'gone', score: 0 },
            ],
          }
        : line,
    ),
  );
  const [block] = leaksSection(await readRunData(root))!.blocks;
  const row = rowsOf(block).find(([what]) => what === 'retrieved by bm25')!;
  expect(row[1]).toBe('41');
  expect(row[2]).toBe('2'); // q2 and t1 answer 2; q12 and t11 answer 12
  expect(row[3]).toContain('has its answer: 2');
  expect(row[3]).toContain('not in the corpus any more, or its problem in no set: 1');
});

test('tokens of rollouts and evaluations are counted, and a step that ran twice is timed once', async () => {
  await writeJsonl(runPaths(root).rollouts('grpo', 1), [{ rollouts: [{ tokens: [1, 2, 3] }, { tokens: [4] }] }]);
  const step = (sampleMs: number) => ({
    time: '',
    kind: 'step',
    arm: 'grpo',
    step: 1,
    sampleMs,
    verifyMs: 10,
    updateMs: 0,
  });
  await writeJsonl(runPaths(root).events, [step(9000), step(4000)]);
  const data = await readRunData(root);
  const grpo = rowsOf(costSection(data)!.blocks[1]).find(([arm]) => arm === 'grpo')!;
  const sampled = data.evaluations
    .filter(({ arm }) => arm === 'grpo')
    .flatMap(({ records }) => records.flatMap(({ samples }) => samples.map(({ tokens }) => tokens)));
  expect(grpo[1]).toBe('4');
  expect(grpo[3]).toBe(sampled.reduce((a, b) => a + b, 0).toLocaleString('en-US'));
  expect(grpo.slice(5)).toEqual(['4.0 s', '0.0 s', '']);
});

test('single problems are told trace by trace, those first whose traces are furthest apart', async () => {
  const samples = (await readRunData(root)).evaluations[0]!.records[0]!.samples;
  const record = (id: string, rank: number, traceId: string, right: number): EvalRecord => ({
    key: '',
    problemId: rankedId(id, rank),
    split: 'seen',
    traceIds: [traceId],
    promptTokens: 1,
    samples: [0, 1].map((i) => ({ ...samples[0]!, reward: Number(i < right) })),
  });
  await writeJsonl(runPaths(root).oneByOne('ra-rft', 40), [
    record('q0', 1, 't1', 1),
    record('q0', 2, 't4', 1),
    record('q1', 1, 't1', 2),
    record('q1', 2, 't2', 0),
  ]);
  const [block] = contextsByProblemBlocks(await readRunData(root));
  expect(rowsOf(block)).toEqual([
    ['q1', 'seen', '100.0 *', '0.0'],
    ['q0', 'seen', '50.0', '50.0 *'],
  ]);
});

test('examples are the problems that the compared arm gained and lost most on, and their rule stands above them', async () => {
  const path = runPaths(root).evaluation('ra-rft', 40);
  const records = await readJsonlAll<EvalRecord>(path);
  const others = new Map(
    (await readJsonlAll<EvalRecord>(runPaths(root).evaluation('grpo', 40))).map((r) => [r.problemId, r]),
  );
  const lost = records.find(
    ({ problemId, split }) => split === 'unseen' && averageAtK(others.get(problemId)!.samples)! > 0,
  )!;
  lost.samples = lost.samples.map((sample) => ({ ...sample, reward: 0 }));
  await writeJsonl(path, records);
  const { blocks } = examplesSection(await readRunData(root))!;
  const titles = blocks.flatMap((block) => (block.kind === 'example' ? [block.example.title] : []));
  expect(titles).toHaveLength(5);
  expect(titles.indexOf(`Problem ${lost.problemId}`)).toBeGreaterThanOrEqual(3);
  const rule = expect.stringContaining('the 3 on which ra-rft gained most over grpo') as string;
  expect(blocks[0]).toEqual({ kind: 'text', text: rule });
});

test('an example shows all traces of its prompt, as they stand there', async () => {
  const path = runPaths(root).evaluation('ra-rft', 40);
  const records = await readJsonlAll<EvalRecord>(path);
  const { corpus } = await readRunData(root);
  const traceIds = corpus.slice(0, 3).map(({ id }) => id);
  await writeJsonl(
    path,
    records.map((one) => ({ ...one, traceIds })),
  );
  const { blocks } = examplesSection(await readRunData(root))!;
  const [example] = blocks.flatMap((block) => (block.kind === 'example' ? [block.example] : []));
  const shown = example!.traces.slice(0, 3);
  expect(shown.map(({ trace }) => trace)).toEqual(corpus.slice(0, 3).map(({ trace }) => trace));
  expect(shown.map(({ heading }) => heading.replace(/ \(.*/, ''))).toEqual(
    [1, 2, 3].map((place) => `Trace ${place} of 3 in the prompt`),
  );
});

test('the page is for dark and for paper too', async () => {
  const { STYLE } = await import('./style.js');
  expect(STYLE).toContain('prefers-color-scheme: dark');
  // Paper is white whatever the screen is: the print rules come last and set every colour of the dark scheme.
  const print = STYLE.slice(STYLE.indexOf('@media print'));
  const dark = STYLE.slice(STYLE.indexOf('prefers-color-scheme: dark'), STYLE.indexOf('* { box-sizing'));
  for (const [name] of dark.matchAll(/--[a-z]+(?=:)/g)) expect(print).toContain(`${name}:`);
  expect(STYLE.indexOf('@media print')).toBeGreaterThan(STYLE.indexOf('prefers-color-scheme: dark'));
});
