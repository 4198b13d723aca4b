import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../src/core/jsonl.js';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.js';
import { labelledRun } from '../../src/serve/testing/labelled-run.js';
import { browser, expectUsable, hasBrowser, WIDTHS } from '../testing/browser.js';
import { builtPages } from '../testing/pages.js';

describe.skipIf(!hasBrowser)('the pages of labels', () => {
  const { runs } = labelledRun();
  const { serve } = builtPages();
  const { open } = browser();
  const own = async () => {
    const folder = await temporaryFolder();
    await cp(join(runs(), 'tiny'), join(folder, 'tiny'), { recursive: true });
    return folder;
  };

  it.each(WIDTHS)('show judges, agreement and pairs, and filter them, at %i pixels', async (width) => {
    const page = await open(`${(await serve(runs())).url}/#/runs/tiny/labels`, width);
    await page.getByText('judges differ on').waitFor();
    await page.getByRole('region', { name: 'Agreement' }).getByRole('cell', { name: 'truth' }).waitFor();
    expect(await page.getByText('judges differ', { exact: true }).count()).toBeGreaterThan(0);
    await expectUsable(page);
    await page.getByLabel('Says').selectOption('yes');
    await page.getByLabel('First').selectOption('gain');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/said=yes/);
    await page.getByText('utility: not relevant').first().waitFor({ state: 'detached' });
    await page.getByText('utility: relevant, gain').first().waitFor();
    await page.getByLabel('Text').fill('no pair has this');
    await page.keyboard.press('Enter');
    await page.getByText('No pair passes these filters.').waitFor();
  });

  it.each(WIDTHS)(
    'take the answers of a person who labels blind, and agreement follows, at %i pixels',
    async (width) => {
      const folder = await own();
      const page = await open(`${(await serve(folder)).url}/#/runs/tiny/labels/blind`, width);
      await page.getByLabel('Your name').fill('Ada');
      await expectUsable(page);
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByText(/^0 of \d+ pairs done/).waitFor();
      await page.getByText('It is told when you have labelled a pair.').waitFor();
      for (const word of ['gain', 'relevant,', 'utility', 'truth', 'differ'])
        expect(await page.getByRole('region').getByText(word).count(), word).toBe(0);
      const problem = page.getByRole('region', { name: 'Problem' });
      const first = await problem.textContent();
      await page.keyboard.press('y');
      await page.getByText(/^1 of \d+ pairs done. Before: yes/).waitFor();
      const agreement = page.getByRole('region', { name: 'Agreement' });
      await agreement.getByRole('cell', { name: '1', exact: true }).first().waitFor();
      await page.keyboard.press('z');
      await page.getByText(/^0 of/).waitFor();
      expect(await problem.textContent()).toBe(first);
      await page.keyboard.press('n');
      await page.getByText(/^1 of/).waitFor();
      await page.getByRole('button', { name: 'Cannot tell (u)' }).click();
      await page.getByText(/^2 of \d+ pairs done. Before: cannot tell/).waitFor();
      await expectUsable(page);
      const lines = await readJsonlAll<{ who: string; relevant: boolean | null }>(
        join(folder, 'tiny', 'human-labels.jsonl'),
      );
      expect(lines.map(({ who, relevant }) => [who, relevant])).toEqual([
        ['Ada', true],
        ['Ada', true],
        ['Ada', false],
        ['Ada', null],
      ]);
      // The name is kept, and so is the place.
      await page.reload();
      await page.getByText(/^2 of/).waitFor();
      await page.getByRole('link', { name: 'All labels' }).click();
      await page.getByRole('cell', { name: 'Ada' }).first().waitFor();
    },
  );

  it('say what makes labels where a run has none', async () => {
    const folder = await own();
    await rm(join(folder, 'tiny', 'labels.jsonl'));
    const page = await open(`${(await serve(folder)).url}/#/runs/tiny/labels`);
    await page.getByText('the run has no labels yet').waitFor();
    await page.getByText('`ra-rft judge run` makes them.').waitFor();
    await expectUsable(page);
  });
});
