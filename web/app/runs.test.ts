import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.js';
import { browser, expectUsable, hasBrowser, WIDTHS } from '../testing/browser.js';
import { builtPages } from '../testing/pages.js';

describe.skipIf(!hasBrowser)('the list of runs', () => {
  const { serve } = builtPages();
  const { open } = browser();

  it.each(WIDTHS)('shows every run with its status, at %i pixels', async (width) => {
    const runs = await temporaryFolder();
    await mkdir(join(runs, 'one'));
    await writeFile(join(runs, 'one', 'config.yaml'), 'arms: [{name: grpo, train: none, test: none}]\n');
    const page = await open((await serve(runs)).url, width);
    await page.getByRole('link', { name: 'one' }).waitFor();
    expect(await page.getByRole('row').nth(1).textContent()).toContain('stopped');
    await expectUsable(page);
  });

  it('says how to make one where there is none', async () => {
    const page = await open((await serve(await temporaryFolder())).url);
    await page.getByText('npx ra-rft run --quick').waitFor();
    await expectUsable(page);
  });

  it('says at every address how to show runs where the server has none', async () => {
    const { url } = await serve(undefined);
    const page = await open('about:blank');
    for (const address of ['', 'runs/one', 'runs/one/steps', 'runs/one/labels', 'compare?a=one']) {
      await page.goto('about:blank');
      await page.goto(`${url}/#/${address}`);
      await page.getByText('ra-rft serve RUNS').waitFor();
      expect(await page.getByRole('alert').count(), address).toBe(0);
    }
    await expectUsable(page);
  });

  it('goes where the address goes, from the first moment on', async () => {
    const { url } = await serve(await temporaryFolder());
    const page = await open('about:blank');
    // Before the browser has drawn anything, and so before effects that wait for that.
    await page.addInitScript(`addEventListener('DOMContentLoaded', () => (location.hash = '#/runs/none'))`);
    await page.goto(`${url}/#/`);
    await page.getByText('there is no run "none"').waitFor();
    expect(page.url()).toContain('#/runs/none');
  });

  it('asks for the token that the server wants', async () => {
    const { url } = await serve(await temporaryFolder(), [], { token: 'secret-token' });
    const page = await open(url);
    await page.getByLabel('Token').fill('secret-token');
    await expectUsable(page);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('npx ra-rft run --quick').waitFor();
  });
});
