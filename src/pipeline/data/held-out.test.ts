/** Strategies that are held out, through the making of the data sets. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import { Rng } from '../../core/rng.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { isUnseen, normaliseText } from '../../data/index.js';
import { numericVerifier } from '../../verify/index.js';
import { guardOf } from './data-sets.js';
import { makeData } from './make-data.js';

/** Four truths, ten problems of each; every answer another one. */
const problems = ['a', 'b', 'c', 'd'].flatMap((truth, t) =>
  Array.from({ length: 10 }, (_, i) => {
    const answer = String(100 * (t + 1) + i);
    return { id: `${truth}${i}`, question: `${truth} is ${i}?`, answer, truth, solution: `\\boxed{${answer}}` };
  }),
);

async function make(files: Record<string, object[]>, ...set: string[]) {
  const folder = await temporaryFolder();
  const paths: string[] = [];
  for (const [name, rows] of Object.entries(files)) {
    const path = join(folder, `${name}.jsonl`);
    await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
    paths.push(`data.${name}.path=${path}`);
  }
  return makeData(resolveConfig({ set: [...paths, ...set] }), numericVerifier, Rng.fromSeed(1));
}

const held = ['data.holdOut.share=0.5', 'data.testShare=0.2'];
const texts = (items: readonly { question: string }[]) => new Set(items.map(({ question }) => normaliseText(question)));

describe('data.holdOut', () => {
  it('keeps truths out of training, solves half of their problems in the corpus, and tests on the other half', async () => {
    const data = await make({ problems }, ...held);
    const unseen = new Set(data.test.filter(isUnseen).map(({ truth }) => truth));
    expect(unseen.size).toBe(2);
    expect(data.train.filter(({ truth }) => unseen.has(truth))).toEqual([]);
    expect(data.train).toHaveLength(16);
    expect(data.test.filter((p) => p.split === 'test')).toHaveLength(4);
    expect(data.test.filter(isUnseen)).toHaveLength(10);
    const traces = data.corpus.filter(isUnseen);
    expect(traces).toHaveLength(10);
    expect(data.corpus.filter(({ truth, split }) => unseen.has(truth) && split !== 'unseen')).toEqual([]);
    expect([...texts(data.corpus)].filter((text) => texts(data.test).has(text))).toEqual([]);
    const guard = guardOf(data);
    expect(data.train.some((problem) => traces.some((trace) => guard.mayTeach(problem, trace)))).toBe(false);
    expect(data.test.every((problem) => traces.some((trace) => guard.mayShow(problem, trace)))).toBe(true);
  });

  it('takes the tests of a tests file, and marks the traces of a corpus file', async () => {
    const tests = problems.filter(({ id }) => id.endsWith('9')).map((p) => ({ ...p, id: `test-${p.id}` }));
    const corpus = problems.map(({ solution, ...p }) => ({ ...p, id: `trace-${p.id}`, trace: solution }));
    const data = await make({ problems, tests, corpus }, ...held);
    const unseen = data.test.filter(isUnseen);
    expect(data.test).toHaveLength(4);
    expect(unseen).toHaveLength(2);
    expect(data.train).toHaveLength(18);
    expect(data.corpus).toHaveLength(36);
    expect(data.corpus.filter(isUnseen).map(({ truth }) => truth)).toEqual(
      data.corpus.map(({ truth }) => truth).filter((truth) => unseen.some((p) => p.truth === truth)),
    );
  });

  it('a training problem with the text of one that is held out goes, and is listed', async () => {
    const twins = problems.map(({ truth: _, ...p }) => ({ ...p, id: `twin-${p.id}` }));
    const data = await make({ problems: [...problems, ...twins] }, ...held);
    const out = new Set([...texts(data.test), ...texts(data.corpus.filter(isUnseen))]);
    expect([...texts(data.train)].filter((text) => out.has(text))).toEqual([]);
    expect(data.skipped.map(({ message }) => message)).toContain('has the text of a problem whose truth is held out');
  });

  it('is off by default', async () => {
    const data = await make({ problems }, 'data.testShare=0.2');
    expect(data).toEqual(await make({ problems }, 'data.testShare=0.2', 'data.holdOut.share=0'));
    expect([...data.test, ...data.corpus].some(isUnseen)).toBe(false);
  });
});
