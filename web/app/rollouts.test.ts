import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tinyRuns } from '../../src/serve/testing/tiny-runs.js';
import { browser, expectUsable, hasBrowser, WIDTHS } from '../testing/browser.js';
import { builtPages } from '../testing/pages.js';

describe.skipIf(!hasBrowser)('steps and rollouts', () => {
  const { folder } = tinyRuns('tiny', 'longer', 'elsewhere');
  const { serve } = builtPages();
  const { open } = browser();
  const at = async (address: string, width?: number) => open(`${(await serve(folder())).url}/#${address}`, width);

  it.each(WIDTHS)('a step is looked at, and left by keys and links, at %i pixels', async (width) => {
    const page = await at('/runs/tiny/steps', width);
    await page.getByRole('heading', { name: 'grpo: step 2' }).waitFor();
    await page.getByLabel('Arm').selectOption('ra-rft');
    await page.getByRole('heading', { name: 'ra-rft: step 2' }).waitFor();
    await page.keyboard.press('k'); // not while a choice has the focus
    await page.locator('h1').click();
    await page.keyboard.press('k');
    await page.getByRole('heading', { name: 'ra-rft: step 1' }).waitFor();
    await page.getByText(/^\d+ metrics$/).click();
    await page.getByText('only these carry a gradient').waitFor();
    await expectUsable(page);
    await page.getByRole('link', { name: /^mixed/ }).click();
    await page.getByRole('link', { name: 'sample 0' }).first().waitFor();
    await page.goto(page.url().replace(/steps.*/, 'steps/ra-rft/eval-2'));
    await page.getByText('average@2').waitFor();
    await expectUsable(page);
  });

  it.each(WIDTHS)('one rollout is found and looked at, and another put beside it, at %i pixels', async (width) => {
    const page = await at('/runs/tiny/rollouts/ra-rft', width);
    await page.getByLabel('Verdict').selectOption('match');
    await page.getByLabel('In the problem or the response').fill('pears');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText(/rollouts match in steps 1 to 2: \d+ match\./).waitFor();
    expect(page.url()).toContain('outcome=match&text=pears');
    await expectUsable(page);
    await page
      .getByRole('link', { name: /^\d\/\d+\/\d$/ })
      .first()
      .click();
    await page.getByText('stand in a trace of the prompt').waitFor();
    await page.getByText('The prompt as it was sent').click();
    await page.getByText('The same problem in other steps and arms').click();
    await page.getByRole('region', { name: 'The same problem elsewhere' }).waitFor();
    await expectUsable(page);
    await page.getByText('Put beside it sample').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Two rollouts' }).waitFor();
    await page.getByRole('article').nth(1).getByRole('heading', { name: 'Response' }).waitFor();
    expect(page.url()).toContain('with=ra-rft');
    await expectUsable(page);
    await page.getByRole('link', { name: 'Only the first' }).click();
    await page.getByRole('heading', { name: 'Rollout', exact: true }).waitFor();
  });

  it('goes from sample to sample and from group to group by keys', async () => {
    const page = await at('/runs/tiny/rollouts/ra-rft/1/0/0');
    for (const [key, place] of [
      ['j', 'group 0, sample 1'],
      ['n', 'group 1, sample 0'],
      ['p', 'group 0, sample 0'],
    ]) {
      await page.getByRole('link', { name: 'Next group (n)' }).waitFor();
      await page.keyboard.press(key as string);
      await page.getByRole('heading', { name: place }).waitFor();
    }
    expect(page.url()).toContain('/1/0/0');
  });

  it('a choice stands in its form before its list has come, and where the list does not have it', async () => {
    const page = await at('/');
    const address = page.url().replace(/#.*/, '#/runs/tiny/rollouts/ra-rft');
    for (const step of ['2', 'eval-2', '99']) {
      await page.goto(`${address}?step=${step}&outcome=match`);
      const choice = page.getByLabel('Step');
      await choice.locator('option', { hasText: 'eval-0' }).waitFor({ state: 'attached' });
      expect([await choice.inputValue(), await page.getByLabel('Verdict').inputValue()]).toEqual([step, 'match']);
    }
    // The choice that is made while the list is on its way.
    let come = () => {};
    const coming = new Promise<void>((resolve) => (come = resolve));
    await page.route('**/v1/runs/tiny/steps', (route) => coming.then(() => route.continue()));
    await page.goto('about:blank');
    await page.goto(`${address}?step=2`);
    expect(await page.getByLabel('Step').inputValue()).toBe('2');
    await page.getByLabel('Step').selectOption('');
    await page.getByLabel('Verdict').selectOption('match');
    come();
    await page.getByLabel('Step').locator('option', { hasText: 'eval-0' }).waitFor({ state: 'attached' });
    expect([await page.getByLabel('Step').inputValue(), await page.getByLabel('Verdict').inputValue()]).toEqual([
      '',
      'match',
    ]);
    await page.goto(page.url().replace(/#.*/, '#/runs/tiny/steps/ra-rft/99'));
    await page.getByRole('alert').getByText('there is no step "99"').waitFor();
    expect(await page.getByLabel('Step').inputValue()).toBe('99');
  });

  it('says that the choices did not come, beside the rollouts that did', async () => {
    const page = await at('/');
    await page.route('**/v1/runs/tiny/steps', (route) => route.abort());
    await page.goto(page.url().replace(/#.*/, '#/runs/tiny/rollouts/ra-rft?step=2'));
    await page.getByRole('alert').getByText('the server does not answer').waitFor();
    await page.getByRole('region', { name: 'Rollouts' }).waitFor();
    await page.unroute('**/v1/runs/tiny/steps');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('Step').locator('option', { hasText: 'eval-0' }).waitFor({ state: 'attached' });
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('says what is not there', async () => {
    const page = await at('/runs/tiny/rollouts/ra-rft/1/99/0');
    await page.getByRole('alert').getByText('there is no group 99').waitFor();
    await expectUsable(page);
    await page.goto(page.url().replace(/#.*/, '#/runs/tiny/rollouts/ra-rft?rule=none'));
    await page.getByText('No rollout is like this.').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/runs/none/steps'));
    await page.getByText('there is no run "none"').waitFor();
  });

  it.each(WIDTHS)('two arms are compared, and a problem is opened, at %i pixels', async (width) => {
    const page = await at('/compare?a=tiny', width);
    await page.getByLabel('Arm a').selectOption('tiny:ra-rft');
    await page.getByLabel('Arm b').selectOption('longer:ra-rft');
    await page.getByText(/a is better on \d+/).waitFor();
    await expectUsable(page);
    await page.getByRole('link', { name: 'b better first' }).click();
    await page.getByRole('region', { name: 'Problems' }).getByRole('link').first().click();
    await page.getByRole('article', { name: 'b: longer ra-rft' }).getByText('Trace').waitFor();
    await expectUsable(page);
    await page.getByRole('link', { name: 'Sample 1 of b' }).click();
    await page.getByRole('heading', { name: 'eval-4' }).waitFor();
  });

  it('runs that were tested on other problems are not compared', async () => {
    const page = await at('/compare?a=tiny:grpo&b=elsewhere:grpo');
    await page.getByText('were tested on other problems').waitFor();
    await expectUsable(page);
  });

  it.each(WIDTHS)('a query is answered and downloaded, and another refused, at %i pixels', async (width) => {
    const page = await at('/runs/tiny/sql', width);
    await page.getByLabel('Examples').selectOption({ index: 2 });
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByRole('columnheader', { name: 'meanTokens' }).waitFor();
    await expectUsable(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^arm,outcome,rule,responses,meanTokens\r\ngrpo,/);
    await page.getByLabel('Query').fill("SELECT * FROM read_csv('/etc/passwd')");
    await page.getByLabel('Query').press('Control+Enter');
    await page.getByRole('alert').getByText('file system operations are disabled').waitFor();
    await expectUsable(page);
  });
});
