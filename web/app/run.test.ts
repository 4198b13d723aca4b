import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { raRftCommand, startQuickRun } from '../../src/cli/testing/quick-run.js';
import { readJsonlAll } from '../../src/core/jsonl.js';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.js';
import { HOSTILE, writeSampleRun } from '../../src/report/testing/sample-run.js';
import { browser, expectUsable, hasBrowser, WIDTHS } from '../testing/browser.js';
import { builtPages } from '../testing/pages.js';

/** Rows behind the chart of a metric. */
const rowsOf = (page: Page, metric: string) =>
  page
    .locator('figure', { hasText: `: ${metric}` })
    .locator('tbody tr')
    .count();

/** Before its first step of training a run has little to do. */
const BRIEF = [
  'data.world.trainProblems=32',
  'data.world.tracesPerRule=2',
  'labels.maxQueries=12',
  'retriever.steps=10',
  'retriever.batchSize=8',
];

const until = async (holds: () => Promise<boolean> | boolean) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
};

describe.skipIf(!hasBrowser)('the page of a run', () => {
  const { serve, folder } = builtPages();
  const { open } = browser();

  it.each(WIDTHS)('shows a finished run with all of its report, at %i pixels; texts are texts', async (width) => {
    const runs = await temporaryFolder();
    const root = join(runs, 'sample');
    await writeSampleRun(root);
    await writeFile(join(root, 'config.yaml'), 'arms: [{name: grpo}, {name: ra-rft}]\n');
    const page = await open((await serve(runs)).url, width);
    await page.getByRole('link', { name: 'sample' }).click();
    await page.getByRole('heading', { name: 'sample', level: 1 }).waitFor();
    await page.locator('.status', { hasText: 'finished' }).waitFor();
    expect(await page.getByRole('region', { name: 'Alerts' }).textContent()).toContain(HOSTILE);
    await page.getByRole('heading', { name: 'Glossary' }).waitFor();
    await page.locator('.chart svg').first().waitFor();
    const reward = page.locator('figure', { hasText: ': rewardMean' });
    expect(await reward.textContent()).toContain('Mean reward of all sampled responses');
    await reward.locator('summary').press('Enter');
    expect(await reward.getByRole('row').first().textContent()).toBe('training stepgrpora-rft');
    await expectUsable(page);
  });

  it('says that a run does not exist, and what is meant', async () => {
    const runs = await temporaryFolder();
    await writeSampleRun(join(runs, 'sample'));
    const page = await open(`${(await serve(runs)).url}/#/runs/samples`);
    await page.getByText('there is no run "samples"').waitFor();
    await page.getByText('Did you mean sample?').waitFor();
    await expectUsable(page);
  });

  it('stays as it is while the server is away', async () => {
    const runs = await temporaryFolder();
    await writeSampleRun(join(runs, 'sample'));
    const server = await serve(runs);
    const page = await open(`${server.url}/#/runs/sample`);
    await page.getByRole('heading', { name: 'Glossary' }).waitFor();
    await server.close();
    await page.getByText('The server does not answer').waitFor();
    expect(await rowsOf(page, 'rewardMean')).toBe(34);
    await expectUsable(page);
  });

  it('stops a run and resumes it, and shows its end', { timeout: 900_000 }, async () => {
    const runs = await temporaryFolder();
    const { child, ended } = startQuickRun(runs, 'live', { set: [...BRIEF, 'rl.steps=2000'] });
    const page = await open((await serve(runs, [], { resumeCommand: raRftCommand() })).url, 390);
    await page.getByRole('link', { name: 'live' }).click({ timeout: 100_000 });
    await page.locator('.status', { hasText: 'running' }).waitFor();
    await page.getByRole('progressbar').first().waitFor();
    await until(async () => (await rowsOf(page, 'rewardMean')) >= 2);

    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').waitFor();
    await expectUsable(page);
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    expect(child.exitCode).toBeNull();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Stop live' }).click();
    expect(await ended).toBe('SIGINT');
    await page.getByText('it has not come to its end').waitFor();

    // It could not end before it was stopped; now it can.
    const rows = await readJsonlAll<{ arm: string; step: number }>(join(runs, 'live', 'metrics.jsonl'));
    const steps = (rows.findLast(({ arm }) => arm === 'grpo')?.step ?? 0) + 2;
    const config = join(runs, 'live', 'config.yaml');
    await writeFile(config, (await readFile(config, 'utf8')).replace('steps: 2000', `steps: ${steps}`));
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resume live' }).click();
    await page.locator('.status', { hasText: 'running' }).waitFor();
    onTestFinished(() => stopped(join(runs, 'live')));
    await page.locator('.status', { hasText: 'finished' }).waitFor({ timeout: 400_000 });
    await until(async () => (await rowsOf(page, 'rewardMean')) === steps);
    await page.getByText('paired differences in points').waitFor();
    await expectUsable(page);
    expect(await readFile(join(runs, 'live', 'run.log'), 'utf8')).toContain('report:');
  });

  it('is served by the run itself, from its start until Ctrl-C after its end', { timeout: 900_000 }, async () => {
    await symlink(folder(), join(inject('compiled'), 'src/ui'));
    onTestFinished(() => rm(join(inject('compiled'), 'src/ui')));
    const runs = await temporaryFolder();
    const { child, printed, ended } = startQuickRun(runs, 'own', { set: ['rl.steps=2'], more: ['--open'] });
    await until(() => printed().includes('pages: http'));
    const page = await open(/pages: (\S+)/.exec(printed())?.[1] ?? '');
    await page.locator('.status', { hasText: 'running' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('These pages end with it').waitFor();
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    await page.locator('.status', { hasText: 'finished' }).waitFor({ timeout: 400_000 });
    await until(() => printed().includes('Ctrl-C ends them'));
    expect(await rowsOf(page, 'rewardMean')).toBe(2);
    expect(printed()).toContain(`serve ${runs} --open`);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    await page.getByText('The server does not answer').waitFor();

    const set = ['labels.judge=llm', 'llm.model=none', 'llm.apiKeyEnv=NO_SUCH_KEY'];
    const failing = startQuickRun(runs, 'fails', { set, more: ['--open'] });
    expect(await failing.ended).toBeGreaterThan(0);
    expect(failing.printed()).not.toContain('the pages stay');
  });
});

/** Ends the process that a page has started, where it still runs. */
async function stopped(root: string): Promise<void> {
  const lock = await readFile(join(root, 'run.lock'), 'utf8').catch(() => undefined);
  if (lock !== undefined) process.kill((JSON.parse(lock) as { pid: number }).pid, 'SIGKILL');
}
