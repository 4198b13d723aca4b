/** Drafts beside the questions of a library's retriever. */
import { expect, it, onTestFinished } from 'vitest';
import { pairTask } from '../testing/pairs.js';
import { Retriever } from './retriever.js';

const { traces, labels } = pairTask({ perMethod: 2 });
const METHOD = /double|halve|share|join|measure|order|trade|count/;
// The method stands in the draft alone.
const drafted = labels.map(({ question, ...label }) => ({
  ...label,
  question: question.replace(METHOD, 'solve') + ` of ${METHOD.exec(question)![0].length}`,
  attempt: `I would ${METHOD.exec(question)![0]} them`,
}));

it('are learnt from and searched with; a retriever of questions alone refuses them', async () => {
  const settings = { steps: 150, hidden: 16, dim: 16, testShare: 0, validationShare: 0 };
  const open = async (query: 'question' | 'question+attempt') => {
    const retriever = await Retriever.train({
      labels: drafted,
      corpus: traces,
      settings: { ...settings, query },
      threads: 1,
    });
    onTestFinished(() => retriever.dispose());
    return retriever;
  };
  const retriever = await open('question+attempt');
  const question = 'please solve all of my 12 ships';
  const first = async (attempt: string) => (await retriever.search({ question, attempt }, { k: 1 }))[0]!.id;
  expect([await first('I would halve them'), await first('I would trade them')]).toEqual([
    expect.stringMatching(/^halve/),
    expect.stringMatching(/^trade/),
  ]);
  const [alone, beside] = await retriever.search([question, { question, attempt: 'I would count them' }], { k: 3 });
  const ids = (found: readonly { id: string }[] = []) => found.map(({ id }) => id);
  expect(ids(alone)).toEqual(ids(await retriever.search(question, { k: 3 })));
  expect(beside![0]!.id).toMatch(/^count/);
  await expect(retriever.search({ question: ' ', attempt: 'x' })).rejects.toMatchObject({ where: 'question' });
  const plain = await open('question');
  await expect(plain.search({ question, attempt: 'x' })).rejects.toMatchObject({
    code: 'usage',
    where: 'question.attempt',
  });
}, 120_000);
