/** Traces that are longer than the encoder takes, in a library's retriever. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { pairTask } from '../testing/pairs.js';
import { Retriever } from './retriever.js';

const { traces, labels } = pairTask({ perMethod: 2 });
const settings = { steps: 5, hidden: 16, dim: 16, testShare: 0, validationShare: 0, maxDocumentTokens: 16 };
const filler = 'with the coins we join until it is right\n'.repeat(4);
// Equal but for their ends.
const long = [
  { id: 'long-a', text: `${filler}apples and books` },
  { id: 'long-b', text: `${filler}measure all ships` },
];

async function trained(chunks: number, warnings: string[] = []) {
  const retriever = await Retriever.train({
    labels,
    corpus: traces,
    settings: { ...settings, chunks },
    threads: 1,
    onWarning: (text) => void warnings.push(text),
  });
  onTestFinished(() => retriever.dispose());
  await retriever.add(long);
  return retriever;
}
const options = { k: 2, filter: { id: { $in: ['long-a', 'long-b'] } }, matches: true };
const question = 'measure all ships';

it('are found by what stands at their end, added, removed, saved and opened in chunks', async () => {
  const warnings: string[] = [];
  const retriever = await trained(4, warnings);
  expect([retriever.truncated.documents, warnings]).toEqual([0, []]);
  const hits = await retriever.search(question, options);
  expect(hits.map(({ id }) => id)).toEqual(['long-b', 'long-a']);
  expect(hits[0]!.matches!.map(({ document }) => document)).toEqual(['measure', 'all', 'ships']);
  expect(hits[0]!.matches![0]!.chunk).toBeGreaterThan(0);
  const mean = hits[0]!.matches!.reduce((sum, { similarity }) => sum + similarity, 0) / 3;
  expect(mean).toBeCloseTo(hits[0]!.score, 5);

  const saved = join(await temporaryFolder(), 'saved');
  await retriever.save(saved);
  const again = await Retriever.open(saved, { threads: 1 });
  onTestFinished(() => again.dispose());
  expect(await again.search(question, options)).toEqual(hits);
  await again.remove('long-b');
  expect((await again.search(question, options)).map(({ id }) => id)).toEqual(['long-a']);
  await again.add([long[1]!]);
  expect(await again.search(question, options)).toEqual(hits);
});

it('are cut where they may not be in chunks, or in few, which is said', async () => {
  const warnings: string[] = [];
  const retriever = await trained(1, warnings);
  expect((await retriever.search(question, options)).map(({ id }) => id)).toEqual(['long-a', 'long-b']);
  expect(retriever.truncated.documents).toBe(2);
  expect(warnings).toEqual([expect.stringContaining('2 of 2 traces are longer than 16 tokens and were cut')]);
});
