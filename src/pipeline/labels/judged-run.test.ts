import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeJsonl, type Trace } from '../../data/index.js';
import { pairKey, type Label } from '../../judge/index.js';
import { pairFacts, readJudgedRun } from './judged-run.js';
import { leftOutLabelsText } from './usable-labels.js';

const problem = { id: 'p', question: 'red red red apples', answer: '1/2', type: 'count' };
const trace = (id: string, question: string, more: Partial<Trace> = {}): Trace => ({
  id,
  question,
  trace: 'green green green green',
  answer: '7',
  ...more,
});
const corpus = [
  trace('listed', 'red red red apples and more'),
  trace('unseen', 'red red red apples too', { split: 'unseen' }),
  trace('answer', 'red red red apples again', { answer: '0.50' }),
  trace('near', 'red apples'),
  trace('far', 'pears'),
];

async function runWith(set: string[], labelled: string[]): Promise<string> {
  const root = await temporaryFolder();
  await writeFile(join(root, 'config.yaml'), configToYaml(resolveConfig({ set })));
  await writeJsonl(join(root, 'data', 'train.jsonl'), [problem]);
  await writeJsonl(join(root, 'data', 'corpus.jsonl'), corpus);
  await writeJsonl(join(root, 'data', 'exclude-lists.jsonl'), [{ problemId: 'p', traceIds: ['listed'] }]);
  const label = (traceId: string): Label => ({ problemId: 'p', traceId, judge: 'j', key: traceId, relevant: true });
  await writeJsonl(join(root, 'labels.jsonl'), labelled.map(label));
  return root;
}

const rankOf = async (root: string, traceId: string) =>
  (await pairFacts(await readJudgedRun(root))).get(pairKey({ problemId: 'p', traceId }))?.bm25Rank;

test('ranks are among the traces that training may show: no listed one, no unseen one, none with the answer', async () => {
  const root = await runWith([], ['near', 'far']);
  expect([await rankOf(root, 'near'), await rankOf(root, 'far')]).toEqual([1, 2]);
});

test('with labels.excludeSameAnswer: false the traces with the answer are candidates, and have their rank', async () => {
  const root = await runWith(['labels.excludeSameAnswer=false'], ['answer', 'near']);
  expect([await rankOf(root, 'answer'), await rankOf(root, 'near')]).toEqual([1, 2]);
});

test('ranks are those of BM25 as the run has it', async () => {
  const ranks = async (...set: string[]) => {
    const root = await runWith(set, ['near', 'far']);
    await writeJsonl(join(root, 'data', 'train.jsonl'), [{ ...problem, question: 'two apples' }]);
    return { near: await rankOf(root, 'near'), far: await rankOf(root, 'far') };
  };
  expect(await ranks('retriever.document=trace')).toEqual({ near: 1, far: 2 }); // that of encoders
  expect(await ranks('retrievers.bm25.document=trace')).toEqual({ near: 2, far: 1 }); // all alike
});

test('labels of pairs that must not meet are in no figure, and are counted by reason', async () => {
  const run = await readJudgedRun(await runWith([], ['near', 'listed', 'unseen', 'answer', 'gone']));
  expect(run.labels.map(({ traceId }) => traceId)).toEqual(['near']);
  expect(leftOutLabelsText(run.leftOut)).toBe(
    'labels: 4 labels left out (the trace stands in its exclude list: 1; the trace is of strategies that training never shows: 1; the trace has its answer: 1; the trace is not in the corpus: 1)',
  );
  expect(leftOutLabelsText((await readJudgedRun(await runWith([], ['near']))).leftOut)).toBeUndefined();
});
