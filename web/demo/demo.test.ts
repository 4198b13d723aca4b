import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DemoModels } from '../../src/export/demo/models.js';
import { TOLERANCE } from '../../src/export/demo/numbers.js';
import type { DemoSite } from '../../src/export/demo/site.js';
import { exportDemo } from '../../src/export/demo/write.js';
import { writeWorldRun } from '../../src/export/testing/world-run.js';
import { browser, expectUsable, hasBrowser, WIDTHS } from '../testing/browser.js';
import { staticHost } from '../testing/static.js';

describe.skipIf(!hasBrowser)('the demo in a browser', () => {
  const { open } = browser();
  let folder: string;
  let site: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-demo-'));
    const page = join(folder, 'page');
    await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn', build: { outDir: page } });
    site = join(folder, 'site');
    await exportDemo(await writeWorldRun(folder), { out: site, page, version: '1.2.3' });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const opened = async (width?: number) => {
    const page = await open(await staticHost(site), width);
    await page.getByRole('button', { name: 'Find a trace and answer' }).waitFor();
    return page;
  };
  const verdicts = async (page: Page) => {
    await page.locator('.verdict strong').nth(1).waitFor();
    return page.locator('.verdict').allTextContents();
  };

  it.each(WIDTHS)('answers with and without a trace, by the keyboard alone, at %i pixels', async (width) => {
    const page = await opened(width);
    await expectUsable(page);
    await page.getByLabel('The problem, to be changed as you like').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    for (const verdict of await verdicts(page)) expect(verdict).toMatch(/^(Right|Wrong):/);
    expect(await page.getByRole('radio').count()).toBe(5);
    const question = await page.getByLabel('The problem, to be changed as you like').inputValue();
    expect(await page.locator('.token').first().textContent()).toContain(question.split(' ')[0]);
    await page.getByRole('button', { name: 'Answer again' }).click();
    await page
      .getByText(/Right in \d of 2 tries/)
      .first()
      .waitFor();
    await expectUsable(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectUsable(page);
  });

  it('computes what Node computes, and says where', async () => {
    const page = await opened();
    const text = page.locator('#numbers');
    await text.getByText('numbers').waitFor();
    const said = (await text.textContent())!;
    expect(said).toContain('✓ The same numbers as in Node: on 3 problems');
    const [logprobs, scores] = [...said.matchAll(/by ([\d.e+-]+)/g)].map(([, number]) => Number(number));
    for (const gap of [logprobs!, scores!]) expect(gap).toBeLessThanOrEqual(TOLERANCE);
    expect(await page.locator('#backend').textContent()).toContain('WebAssembly');

    const { setup, problems } = JSON.parse(await readFile(join(site, 'run', 'demo.json'), 'utf8')) as DemoSite;
    const folders = { policy: join(site, 'run', 'policy'), retriever: join(site, 'run', 'retriever') };
    const models = await DemoModels.open({ folders, setup, threads: 1 });
    const [hit] = await models.search(problems[0]!, 1);
    const answers = await models.answer(problems[0]!, [undefined, hit!.trace], 1);
    await models.dispose();
    await page.getByRole('button', { name: 'Find a trace and answer' }).click();
    await verdicts(page);
    expect(await page.locator('.trace.chosen .solution').textContent()).toBe(hit!.trace.trace);
    const responses = await page.locator('.response').allTextContents();
    expect(responses.map((response) => response.trim())).toEqual(answers.map(({ tokens }) => tokens.join(' ')));
  });

  it('draws new problems, and reads what is typed', async () => {
    const page = await opened();
    const problem = page.getByLabel('The problem, to be changed as you like');
    const before = await problem.inputValue();
    await page.getByRole('button', { name: 'Draw one' }).click();
    await expect.poll(() => problem.inputValue(), { timeout: 30_000 }).not.toBe(before);
    await page.getByText(/The right answer is \d+/).waitFor();
    await problem.fill('At the <b>zoo</b>, Hugo sees 3, 4 and 5 lions. Multiply the first two, then add the last.');
    await page.getByText('The right answer is 17; the model is not told.').waitFor();
    await page.getByText(/The model has no token for: .*<b>zoo<\/b>,/).waitFor();
    await problem.fill('What is <img src=x onerror=alert(1)>?');
    await page.getByText('Its answer is not known here').waitFor();
    await page.getByRole('button', { name: 'Find a trace and answer' }).click();
    await page.getByText('tokens a second').waitFor();
    expect(await page.locator('.verdict strong').count()).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('radio').nth(1).press('Space');
    await page.locator('.trace.chosen').getByRole('radio', { checked: true }).waitFor();
  });

  it('says what is wrong where WebAssembly does not come, or the run', async () => {
    const url = await staticHost(site);
    for (const missing of ['**/*.wasm', '**/demo.json']) {
      const page = await open('about:blank');
      await page.route(missing, (route) => route.abort());
      await page.goto(url);
      await page.getByRole('alert').getByText('The models do not run in this browser').waitFor();
      await expectUsable(page);
    }
  });
});
