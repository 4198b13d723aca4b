/**
 * Pictures of the pages of `ra-rft serve` for docs/ui.md, from a real run: `npx tsx scripts/ui-pictures.ts [RUN] [--out docs/images]`.
 * Without a run, a quick one is made for it. `--demo SITE` takes the picture of docs/demo.md instead, of what `npm run build:demo` has
 * written. Times are hidden, so that the same run gives the same pictures. `--width 390` and `--dark` are for looking only: give them a
 * folder of their own.
 */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { runCommandLine } from '../src/cli/command-line.js';
import { readJsonlAll } from '../src/core/jsonl.js';
import type { Label } from '../src/judge/index.js';
import { keptConfig } from '../src/report/index.js';
import { runPaths } from '../src/runs/index.js';
import { startServer } from '../src/serve/index.js';
import { chromiumPath, QUIET } from '../web/testing/chromium.js';
import { startStaticHost } from '../web/testing/static-host.js';

/** docs/ is in the package. */
const MOST_BYTES = 120_000;
/** Pixels below what is taken. */
const MARGIN = 12;
/** Of WebP, of 100: half of what the same picture has as PNG. */
const QUALITY = 80;
interface Shot {
  file: string;
  /** After `#/`. */
  address: string;
  /** Waits for what is to be seen, and does what leads to it. */
  until: (page: Page) => Promise<unknown>;
}

/** What is taken of a run; pages that this checkout does not have are left out. */
async function shotsOf(root: string): Promise<Shot[]> {
  const paths = runPaths(root);
  const name = `runs/${encodeURIComponent(basename(root))}`;
  const { arms, rl } = keptConfig(await readFile(paths.config, 'utf8'));
  const [first, second] = [arms[0]?.name ?? '', arms[1]?.name ?? ''];
  // What is looked at is where a trace stands in the prompt.
  const trained = arms.find(({ train }) => train !== 'none')?.name ?? first;
  const step = rl.steps ?? 1;
  const labels = await readJsonlAll<Label>(paths.labels);
  const problem = encodeURIComponent(labels.find((label) => 'relevant' in label && label.relevant)?.problemId ?? '');
  const compared = new URLSearchParams({ a: `${basename(root)}:${second}`, b: `${basename(root)}:${first}` });
  return [
    {
      file: 'run',
      address: name,
      until: async (page) => {
        await page.getByRole('heading', { name: 'Glossary' }).waitFor();
        await page.locator('.chart svg').first().waitFor();
      },
    },
    {
      file: 'step',
      address: `${name}/steps/${trained}/${step}`,
      until: (page) => page.getByRole('region', { name: 'Comparisons' }).waitFor(),
    },
    {
      file: 'rollout',
      address: `${name}/rollouts/${trained}/${step}/0/0`,
      until: (page) => page.getByRole('heading', { name: 'Response' }).waitFor(),
    },
    {
      file: 'compare',
      address: `compare?${compared.toString()}`,
      until: (page) => page.getByText(/a is better on \d+/).waitFor(),
    },
    {
      file: 'sql',
      address: `${name}/sql`,
      until: async (page) => {
        await page.getByLabel('Examples').selectOption({ index: 2 });
        await page.getByRole('button', { name: 'Ask' }).click();
        await page.getByRole('region', { name: 'Answer' }).waitFor();
      },
    },
    {
      file: 'retrieval',
      address: `${name}/retrieval?problem=${problem}&rule=training&k=2`,
      until: async (page) => {
        const tokens = page.getByRole('group', { name: 'Tokens of the question' }).first();
        await tokens.waitFor();
        await page.evaluate("document.querySelector('h2').scrollIntoView()");
        await tokens.getByRole('button').nth(3).hover();
      },
    },
    { file: 'labels', address: `${name}/labels`, until: (page) => page.getByText('judges differ on').waitFor() },
    {
      file: 'blind',
      address: `${name}/labels/blind`,
      until: async (page) => {
        await page.getByLabel('Your name').fill('Ada');
        await page.keyboard.press('Enter');
        await page.getByRole('region', { name: 'Problem' }).waitFor();
      },
    },
  ];
}

/** A quick run in a folder of its own. */
async function quickRun(folder: string): Promise<string> {
  const code = await runCommandLine(['run', '--quick', '--runs', folder, '--name', 'quick'], {
    out: process.stdout,
    err: process.stderr,
  });
  if (code !== 0) throw new Error(`the quick run ended with code ${code}`);
  return join(folder, 'quick');
}

async function take(page: Page, url: string, { file, address, until }: Shot, out: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#/${address}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  if (await page.getByText('Nothing is at this address').isVisible()) return console.log(`left out: ${file}`);
  await until(page);
  await capture(page, join(out, `ui-${file}.webp`));
}

/** The page of a demo, at its first problem that is answered right with the trace and wrong without one, as most are. */
async function takeDemo(page: Page, url: string, out: string): Promise<void> {
  const verdicts = page.locator('.verdict strong');
  for (let index = 1; (await verdicts.allTextContents()).join(' ') !== 'Wrong: Right:'; index++) {
    await page.goto(url); // anew, so that no verdict is of the problem before
    await page.getByLabel('Test problems of the run').selectOption({ index });
    await page.getByRole('button', { name: 'Find a trace and answer' }).click();
    await verdicts.nth(1).waitFor();
  }
  await page.locator('#numbers').getByText('numbers').waitFor();
  // From the problem to the verdicts: what leads to them is what it is about.
  const last = await page.locator('.verdict').last().boundingBox();
  const { width } = page.viewportSize()!;
  await page.setViewportSize({ width, height: Math.ceil(last!.y + last!.height) + MARGIN });
  await capture(page, join(out, 'demo.webp'));
}

/** What the window shows, as WebP. */
async function capture(page: Page, path: string): Promise<void> {
  await page.addStyleTag({ content: 'time { visibility: hidden } * { caret-color: transparent !important }' });
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  await writeFile(path, Buffer.from(data, 'base64'));
  const { size } = await stat(path);
  console.log(`${path}: ${size} bytes`);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, and at most ${MOST_BYTES} are wanted`);
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      demo: { type: 'string' },
      width: { type: 'string', default: '1280' },
      dark: { type: 'boolean', default: false },
    },
  });
  const out = resolve(values.out ?? join(import.meta.dirname, '../docs/images'));
  if (chromiumPath === undefined) throw new Error('no Chromium or Chrome is installed');
  await mkdir(out, { recursive: true });
  const running = await chromium.launch({ executablePath: chromiumPath, args: QUIET });
  try {
    const page = await running.newPage({
      viewport: { width: Number(values.width), height: 800 },
      colorScheme: values.dark ? 'dark' : 'light',
    });
    page.setDefaultTimeout(120_000);
    if (values.demo === undefined) await picturesOfRun(page, positionals[0], out);
    else {
      const host = await startStaticHost(resolve(values.demo));
      try {
        await takeDemo(page, host.url, out);
      } finally {
        await host.close();
      }
    }
  } finally {
    await running.close();
  }
}

/** All pages over a run, which is made where none is given. */
async function picturesOfRun(page: Page, run: string | undefined, out: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'ra-rft-pictures-'));
  const pages = join(scratch, 'pages');
  try {
    const root = resolve(run ?? (await quickRun(join(scratch, 'runs'))));
    await build({
      configFile: join(import.meta.dirname, '../web/app/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: pages },
    });
    const server = await startServer({
      version: 'pictures',
      host: '127.0.0.1',
      port: 0,
      runs: dirname(root),
      pages,
      retrievers: () => Promise.resolve(new Map()),
      told: (error) => console.error(error),
    });
    await server.ready;
    try {
      for (const shot of await shotsOf(root)) await take(page, server.url, shot, out);
    } finally {
      await server.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

await main();
