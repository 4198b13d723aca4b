/** The system's own Chromium for tests of pages; where there is none they are skipped, and say so. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { chromiumPath, QUIET } from './chromium.js';

/** Whether there is a browser; else a line says that the tests of a file are skipped. */
export const hasBrowser = chromiumPath !== undefined;
if (!hasBrowser) console.info('no Chromium or Chrome is installed: tests of pages are skipped');

/** Widths that pages are made for. */
export const WIDTHS = [1280, 390] as const;

/** One browser for the tests of a file; `open` gives a page that fails its test where the page reports an error. */
export function browser(): { open: (url: string, width?: number) => Promise<Page> } {
  let running: Browser | undefined;
  beforeAll(async () => {
    if (chromiumPath === undefined) return;
    running = await chromium.launch({ executablePath: chromiumPath, args: QUIET });
  });
  afterAll(() => running?.close());
  return {
    async open(url, width = WIDTHS[0]) {
      if (!running) throw new Error('there is no browser: skip the test');
      const context = await running.newContext({ viewport: { width, height: 800 } });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        // A failed call is the page's to show; it is no error of the page.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          errors.push(message.text());
      });
      onTestFinished(async () => {
        await context.close();
        expect(errors).toEqual([]);
      });
      await page.goto(url);
      return page;
    },
  };
}

let axe: string | undefined;

/** No breach of accessibility that axe finds, and nothing is wider than the window. */
export async function expectUsable(page: Page): Promise<void> {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
  expect(found).toEqual([]);
  const over = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = (globalThis as unknown as { document: { documentElement: Box } }).document
      .documentElement;
    return scrollWidth - clientWidth;
  });
  expect(over, 'pixels wider than the window').toBeLessThanOrEqual(0);
}

interface AxeResult {
  violations: { id: string; nodes: { html: string }[] }[];
}
interface Box {
  scrollWidth: number;
  clientWidth: number;
}
