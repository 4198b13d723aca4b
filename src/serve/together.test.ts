import { expect, it } from 'vitest';
import type { FindOptions, FoundTrace } from '../retriever/index.js';
import { TogetherSearch } from './together.js';

/** Answers with the question as the id; every search waits until it is let go. */
function held() {
  const searches: { questions: readonly string[]; options: FindOptions; go: () => void }[] = [];
  const search = (questions: readonly string[], options: FindOptions) =>
    new Promise<FoundTrace[][]>((resolve, reject) => {
      const found = questions.map((id) => [{ id, score: 1, rank: 1, trace: { id } }]);
      const go = () => (questions.includes('') ? reject(new Error(`empty of ${questions.length}`)) : resolve(found));
      searches.push({ questions, options, go });
    });
  return { searches, together: new TogetherSearch({ search }) };
}
const idsOf = (found: FoundTrace[]) => found.map(({ id }) => id);

it('questions that come while another is searched are one search, those of other options another', async () => {
  const { searches, together } = held();
  const asked = ['a', 'b', 'c'].map((question) => together.search(question, { k: 2 }).then(idsOf));
  const other = together.search('d', { k: 3, exclude: ['x'] }).then(idsOf);
  const last = together.search('e', { k: 2 }).then(idsOf);
  for (const [at, questions] of [['a'], ['b', 'c', 'e'], ['d']].entries()) {
    await expect.poll(() => searches[at]?.questions).toEqual(questions);
    searches[at]?.go();
  }
  expect(await Promise.all([...asked, other, last])).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
  expect(searches.map(({ options }) => options.k)).toEqual([2, 2, 3]);
});

it('a faulty question fails for itself, and one whose caller has gone is not searched', async () => {
  const { searches, together } = held();
  const gone = new AbortController();
  const asked = ['a', '', 'b'].map((question) => together.search(question, {}).then(idsOf));
  const ended = Promise.allSettled([...asked, together.search('c', { signal: gone.signal })]);
  gone.abort(new Error('gone'));
  for (const [at, questions] of [['a'], ['', 'b'], [''], ['b']].entries()) {
    await expect.poll(() => searches[at]?.questions).toEqual(questions);
    searches[at]?.go();
  }
  expect(await ended).toMatchObject([
    { value: ['a'] },
    { reason: { message: 'empty of 1' } },
    { value: ['b'] },
    { reason: { message: 'gone' } },
  ]);
});
