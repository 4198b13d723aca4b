/** Texts of a run that try to become more than text, on every page that shows them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../src/core/jsonl.js';
import type { EvalRecord } from '../../src/eval/index.js';
import { browser, hasBrowser } from '../testing/browser.js';
import { ARM, hostileRun, NAME, SAID, TEXTS } from '../testing/hostile-run.js';
import { builtPages } from '../testing/pages.js';

const LONGEST_MS = 600_000;
const encoded = encodeURIComponent;
const RUN = `runs/${encoded(NAME)}`;
const COMPARED = `compare?a=${encoded(`${NAME}:${ARM}`)}&b=${encoded(`${NAME}:grpo`)}`;
const SELECT = `SELECT '${TEXTS[0]}' AS "${TEXTS[1].replaceAll('"', '""')}"`;

/** An address, what is on its page when it is whole, and a text that must stand there. */
type Shown = [address: string, whole: (page: Page) => Promise<unknown>, shown: string];

const ask = (page: Page) => page.getByRole('button', { name: 'Ask' }).click();
const alert = (page: Page) => page.getByRole('alert').waitFor();

const PAGES: Shown[] = [
  ['', (page) => page.getByRole('link', { name: NAME }).waitFor(), NAME],
  [RUN, (page) => page.getByRole('heading', { name: 'Glossary' }).waitFor(), TEXTS[0]],
  [RUN, (page) => page.getByRole('combobox', { name: 'Metric' }).selectOption(TEXTS[2]), ARM],
  [`${RUN}/steps`, (page) => page.getByRole('region', { name: 'Comparisons' }).waitFor(), ARM],
  [`${RUN}/steps/${encoded(ARM)}/1`, (page) => page.getByRole('region', { name: 'Comparisons' }).waitFor(), ARM],
  [`${RUN}/steps/${encoded(ARM)}/eval-1`, (page) => page.getByText('average@2').waitFor(), ARM],
  [`${RUN}/steps/${encoded(TEXTS[1])}`, (page) => page.getByText('There is no arm').waitFor(), TEXTS[1]],
  [
    `${RUN}/rollouts/${encoded(ARM)}?text=${encoded(TEXTS[1])}`,
    (page) => page.getByText(/rollouts match/).waitFor(),
    `${SAID} ${TEXTS[1]}`,
  ],
  [`${RUN}/rollouts/${encoded(ARM)}?outcome=${encoded(TEXTS[1])}`, alert, NAME],
  [`${RUN}/rollouts/${encoded(ARM)}/1/0/0`, (page) => page.getByText('The prompt as it was sent').waitFor(), SAID],
  [
    `${RUN}/rollouts/${encoded(ARM)}/eval-1/0/0?with=${encoded(`${ARM}/1/0/1`)}`,
    (page) => page.getByRole('heading', { name: 'Response' }).nth(1).waitFor(),
    TEXTS[1],
  ],
  [
    `${RUN}/rollouts/${encoded(ARM)}/1/0/0?with=${encoded(TEXTS[0])}`,
    (page) => page.getByText('is no rollout').waitFor(),
    TEXTS[0],
  ],
  [COMPARED, (page) => page.getByText(/a is better on \d+/).waitFor(), ARM],
  [`${COMPARED}&split=${encoded(TEXTS[1])}`, (page) => page.getByText('No problem has all').waitFor(), ARM],
  [`${COMPARED}&problem=${encoded(TEXTS[1])}`, alert, TEXTS[1]],
  [
    `${RUN}/sql?q=${encoded(SELECT)}`,
    (page) => ask(page).then(() => page.getByRole('cell').first().waitFor()),
    TEXTS[1],
  ],
  [`${RUN}/sql?q=${encoded(`SELECT "${TEXTS[1]}"`)}`, (page) => ask(page).then(() => alert(page)), TEXTS[1]],
  [`${RUN}/labels`, (page) => page.getByText('judges differ on').waitFor(), TEXTS[0]],
  [`${RUN}/labels?text=${encoded(TEXTS[2])}`, (page) => page.locator('.hit').first().waitFor(), TEXTS[2]],
  [`${RUN}/labels?text=nothing+has+this`, (page) => page.getByText('No pair passes').waitFor(), `Ada ${TEXTS[1]}`],
  [
    `${RUN}/labels/blind`,
    async (page) => {
      await page.getByLabel('Your name').fill(TEXTS[0]);
      await page.keyboard.press('Enter');
      await page.keyboard.press('y');
      await page.getByRole('region', { name: 'Problem' }).waitFor();
    },
    TEXTS[0],
  ],
  [
    `${RUN}/retrieval?question=${encoded(`zib ${TEXTS[0]}`)}&retriever=learned%7Cbm25&k=10`,
    (page) => page.getByRole('region', { name: 'bm25' }).waitFor(),
    `zib ${TEXTS[0]}`,
  ],
  [
    `${RUN}/retrieval`,
    async (page) => {
      await page.getByText("Choose one of the run's problems").click();
      await page.locator('.pick').nth(7).waitFor();
    },
    NAME,
  ],
  [`${RUN}/retrieval?problem=${encoded(TEXTS[1])}`, alert, NAME],
  [`retrieval?question=${encoded(`zib ${TEXTS[0]}`)}&k=20`, (page) => page.locator('.hit').nth(19).waitFor(), TEXTS[2]],
  [`${RUN}/nothing`, (page) => page.getByText('Nothing is at this address').waitFor(), 'Not found'],
];

describe.skipIf(!hasBrowser)('texts that are markup elsewhere', () => {
  const { runs, root } = hostileRun();
  const { url } = builtPages().served(runs, () => [root()]);
  const { open } = browser();

  /** At an address of its own, as if nothing had been looked at before. */
  const check = async (page: Page, [address, whole, shown]: Shown) => {
    await page.goto('about:blank');
    await page.goto(`${url()}/#/${address}`);
    await whole(page);
    for (const details of await page.locator('summary').all()) await details.click();
    const found = await page.evaluate(() => {
      const { document } = globalThis as unknown as { document: ShownDocument };
      const made = 'script, img, [onload], [onerror], a[href^="javascript:"]';
      return {
        ran: 'canary' in globalThis,
        made: [...document.querySelectorAll(`#app :is(${made})`)].length,
        headings: document.querySelectorAll('h1').length,
        text: document.querySelector('#app')?.textContent ?? '',
      };
    });
    expect.soft(found, address).toMatchObject({ ran: false, made: 0, headings: 1 });
    expect.soft(found.text, address).toContain(shown);
  };

  // No script ran, and none of them became an element.
  it('stay text on every page', { timeout: LONGEST_MS }, async () => {
    const page = await open('about:blank');
    for (const shown of PAGES) await check(page, shown);
  });

  it('stay text where two arms are compared on one problem', { timeout: LONGEST_MS }, async () => {
    const [record] = await readJsonlAll<EvalRecord>(await evaluationOf(root()));
    const address = `${COMPARED}&problem=${encoded(record!.problemId)}`;
    await check(await open('about:blank'), [address, (page) => page.getByRole('article').nth(1).waitFor(), SAID]);
  });

  it('could do nothing if they became markup: the policy lets no inline script run', async () => {
    const policy = (await fetch(url())).headers.get('content-security-policy') ?? '';
    const scripts = policy.split('; ').find((part) => part.startsWith('script-src'));
    expect([scripts, policy.includes("default-src 'none'")]).toEqual(["script-src 'self'", true]);
    for (const part of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
  });
});

/** The newest evaluation of the arm. */
async function evaluationOf(root: string): Promise<string> {
  const files = (await readdir(join(root, 'eval', ARM))).filter((name) => /^\d+\.jsonl$/.test(name));
  return join(root, 'eval', ARM, files.toSorted().at(-1) as string);
}

/** What of a document this test asks. */
interface ShownDocument {
  querySelectorAll(selector: string): ArrayLike<unknown> & Iterable<unknown>;
  querySelector(selector: string): { textContent: string | null } | null;
}
