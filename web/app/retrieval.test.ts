import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../src/core/jsonl.js';
import type { Problem } from '../../src/data/index.js';
import { labelledRun } from '../../src/serve/testing/labelled-run.js';
import { trainedRetriever } from '../../src/serve/testing/served.js';
import { browser, expectUsable, hasBrowser, WIDTHS } from '../testing/browser.js';
import { builtPages } from '../testing/pages.js';

describe.skipIf(!hasBrowser)('the retrieval page', () => {
  const { runs } = labelledRun();
  const { shared } = trainedRetriever();
  const pages = builtPages();
  const { url } = pages.served(runs, () => [shared()]);
  const { open } = browser();

  it.each(WIDTHS)(
    'shows what retrievers find for a problem of the run, and which tokens meet, at %i pixels',
    async (width) => {
      const page = await open(`${url()}/#/runs/tiny/retrieval`, width);
      await page.getByText("Choose one of the run's problems").click();
      await page.getByLabel('Which').selectOption('labelled');
      await page.getByLabel('With this in question or id').fill('pears');
      const [labelled] = (await readJsonlAll<{ problemId: string }>(join(runs(), 'tiny', 'labels.jsonl'))).map(
        ({ problemId }) => problemId,
      );
      const problems = await readJsonlAll<Problem>(join(runs(), 'tiny', 'data', 'train.jsonl'));
      const question = problems.find(({ id }) => id === labelled)!.question;
      await page.getByLabel('With this in question or id').fill(question);
      await page.getByLabel('single-vector-untrained').check();
      await page.getByRole('button', { name: question }).first().click();
      const learned = page.getByRole('region', { name: 'learned', exact: true });
      await learned.getByText('Which tokens meet').first().waitFor();
      await page.getByRole('region', { name: 'bm25' }).getByText('compares no vectors').waitFor();
      const single = page.getByRole('region', { name: 'single-vector-untrained' });
      await single.getByText('gives a whole text one vector').waitFor();
      await expectUsable(page);
      // Tokens: by the pointer, and by the keys.
      const tokens = learned.getByRole('group', { name: 'Tokens of the question' }).first();
      const words = await tokens.getByRole('button').allTextContents();
      expect(words.join(' ')).toBe(question.replace('.', '.').trim());
      await tokens.getByRole('button').first().focus();
      const said = learned.getByRole('status').first();
      expect(await said.textContent()).toMatch(new RegExp(`^“${words[0]}” meets “.+”: similarity -?[\\d.]+$`));
      await page.keyboard.press('ArrowRight');
      expect(await said.textContent()).toContain(`“${words[1]}” meets`);
      expect(await learned.locator('.token.marked').count()).toBe(2);
      // What is asked stands in the address.
      await page.reload();
      await learned.getByText('Which tokens meet').first().waitFor();
    },
  );

  it('searches with a typed problem, and says where nothing can be asked', async () => {
    const page = await open(`${url()}/#/runs/tiny/retrieval`);
    expect(await page.getByRole('button', { name: 'Search' }).isDisabled()).toBe(true);
    await page.getByLabel('Problem', { exact: true }).fill('gop 1 2 apples .');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Typed: its answer and its structure are not known').waitFor();
    expect(await page.locator('.hit').count()).toBeGreaterThanOrEqual(6);
    await page.goto(`${url()}/#/runs/nobody/retrieval`);
    await page.getByRole('alert').getByText('there is no run "nobody"').waitFor();
    await expectUsable(page);
  });

  it.each(WIDTHS)('of the server asks the retrievers that it serves, at %i pixels', async (width) => {
    const page = await open(`${url()}/#/retrieval`, width);
    await page.getByLabel('Question').fill('please halve my ships');
    await page.getByRole('button', { name: 'Search' }).click();
    const learned = page.getByRole('region', { name: 'learned' });
    const tokens = learned.getByRole('group', { name: 'Tokens of the question' }).first();
    await tokens.waitFor();
    expect(await tokens.getByRole('button').allTextContents()).toEqual(['please', 'halve', 'my', 'ships']);
    await page.getByRole('region', { name: 'bm25' }).getByText('compares no vectors').waitFor();
    await expectUsable(page);
  });

  it('of the server says how to serve one where there is none', async () => {
    const page = await open(`${(await pages.serve(runs())).url}/#/retrieval`);
    await page.getByText('ra-rft serve --retriever FOLDER').waitFor();
    await expectUsable(page);
  });
});
