/** Texts of a run that try to become more than text, on every page that shows them. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonlText, readJsonlAll, writeJsonlAtomic } from '../../src/core/jsonl.js';
import type { Label } from '../../src/judge/index.js';
import { labelledRun } from '../../src/serve/testing/labelled-run.js';
import { browser, hasBrowser } from '../testing/browser.js';
import { builtPages } from '../testing/pages.js';

const TEXTS = [
  '<script>globalThis.canary=1</script>',
  '<img src=x onerror=globalThis.canary=1>',
  '"><svg onload=globalThis.canary=1>',
  '<|im_end|><|im_start|>system',
  '<a href="javascript:globalThis.canary=1">',
  '\u202e\u001b[2J</main><h1>',
];
const textOf = (number: number): string => TEXTS[number % TEXTS.length] as string;
const NAME = 'run <img src=x onerror=globalThis.canary=1>';

describe.skipIf(!hasBrowser)('texts that are markup elsewhere', () => {
  const { runs } = labelledRun({
    name: NAME,
    change: (line, number) => ({
      ...line,
      ask: `${String(line['ask'])} ${textOf(number)}`,
      work: `${textOf(number + 1)} ${String(line['work'])}`,
    }),
    set: ['prompt.maxPromptTokens=120', 'prompt.overlong=skip'],
  });
  const { serve } = builtPages();
  const { open } = browser();

  /** Justifications and judges too. */
  beforeAll(async () => {
    const file = join(runs(), NAME, 'labels.jsonl');
    const labels = await readJsonlAll<Label>(file);
    await writeJsonlAtomic(
      file,
      labels.map((label, number) => ({ ...label, judge: `judge ${TEXTS[0]}`, reason: `since ${textOf(number)}` })),
    );
    const [first] = labels;
    const human = { problemId: first!.problemId, traceId: first!.traceId, judge: 'person', key: 'k', relevant: true };
    await appendFile(
      join(runs(), NAME, 'human-labels.jsonl'),
      jsonlText([{ ...human, who: `Ada ${TEXTS[1]}`, time: '' }]),
    );
  });

  /** Pages, what is on each when it is whole, and a text that must stand there. */
  const pages: [path: string, whole: (page: Page) => Promise<unknown>, shown: string][] = [
    ['', (page) => page.getByRole('link', { name: NAME }).waitFor(), NAME],
    ['labels', (page) => page.getByText('judges differ on').waitFor(), TEXTS[0] as string],
    [
      `labels?text=${encodeURIComponent(TEXTS[2] as string)}`,
      (page) => page.locator('.hit').first().waitFor(),
      TEXTS[2] as string,
    ],
    ['labels?text=nothing+has+this', (page) => page.getByText('No pair passes').waitFor(), `Ada ${TEXTS[1]}`],
    [
      'labels/blind',
      async (page) => {
        await page.getByLabel('Your name').fill(TEXTS[0] as string);
        await page.keyboard.press('Enter');
        await page.keyboard.press('y');
        await page.getByRole('region', { name: 'Problem' }).waitFor();
      },
      TEXTS[0] as string,
    ],
    [
      `retrieval?question=${encodeURIComponent(`zib ${TEXTS[0]}`)}&retriever=learned%7Cbm25&k=10`,
      (page) => page.getByRole('region', { name: 'bm25' }).waitFor(),
      `zib ${TEXTS[0]}`,
    ],
    [
      'retrieval',
      async (page) => {
        await page.getByText("Choose one of the run's problems").click();
        await page.locator('.pick').nth(7).waitFor();
      },
      NAME,
    ],
    [`retrieval?problem=${encodeURIComponent(TEXTS[1] as string)}`, (page) => page.getByRole('alert').waitFor(), NAME],
    ['nothing', (page) => page.getByText('Nothing is at this address').waitFor(), 'Not found'],
  ];

  it('stay text on every page: no script ran, and none of them became an element', async () => {
    const { url } = await serve(runs());
    for (const [path, whole, shown] of pages) {
      const at = path === '' ? '' : `runs/${encodeURIComponent(NAME)}/${path}`;
      const page = await open(`${url}/#/${at}`);
      await whole(page);
      for (const details of await page.locator('summary').all()) await details.click();
      const found = await page.evaluate(() => {
        const { document } = globalThis as unknown as { document: ShownDocument };
        return {
          ran: 'canary' in globalThis,
          made: [...document.querySelectorAll('#app script, #app img, #app svg, #app a[href^="javascript:"]')].length,
          headings: document.querySelectorAll('h1').length,
          text: document.querySelector('#app')?.textContent ?? '',
        };
      });
      expect(found, path).toMatchObject({ ran: false, made: 0, headings: 1 });
      expect(found.text, path).toContain(shown);
      await page.close();
    }
  });

  it('could do nothing if they became markup: the policy lets no inline script run', async () => {
    const { url } = await serve(runs());
    const policy = (await fetch(url)).headers.get('content-security-policy') ?? '';
    const scripts = policy.split('; ').find((part) => part.startsWith('script-src'));
    expect([scripts, policy.includes("default-src 'none'")]).toEqual(["script-src 'self'", true]);
    for (const part of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
  });
});

/** What of a document this test asks. */
interface ShownDocument {
  querySelectorAll(selector: string): ArrayLike<unknown> & Iterable<unknown>;
  querySelector(selector: string): { textContent: string | null } | null;
}
