import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { RunFolder } from '../../runs/run-folder.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { writeJsonl } from '../../data/index.js';
import { planRun } from '../plan.js';
import { runPipeline, type LastStage } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

const oracle = (train: string, test: string) => ({ arms: [{ name: 'upper-bound', train, test }] });

/** Plans and runs a tiny task whose lines lack the truth where `lacks` holds; what each of the two threw. */
async function outcome(changes: Record<string, unknown>, lacks: (i: number) => boolean, until?: LastStage) {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder, changes);
  for (const name of ['problems.jsonl', 'corpus.jsonl']) {
    const lines = await readJsonlAll<{ meta: { kind: string } }>(join(folder, name));
    const told = lines.map((line, i) => (lacks(i) ? line : { ...line, truth: line.meta.kind }));
    await writeJsonl(join(folder, name), told);
  }
  // The truth stands under its own name here, which need not be in any line.
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"truth": "meta.kind"', '"truth": "truth"'));
  const config = resolveConfig({ file });
  const planned = await planRun(config, folder, until).then(
    () => undefined,
    (error: unknown) => error,
  );
  const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
  const ran = await runPipeline(config, run, { openEngine: openFakeEngine, ...(until && { until }) }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await run.close();
  return { planned, ran };
}

describe('an arm of the oracle', () => {
  it('is refused when the run is planned, where problems of its side have no truth, with their number and names', async () => {
    const { planned, ran } = await outcome(oracle('oracle', 'oracle'), (i) => i >= 10);
    const refusal = {
      code: 'data',
      where: 'arms: upper-bound.train',
      message: expect.stringMatching(
        /arm upper-bound takes traces of the oracle, but 4\d of 49 training problems have no truth \(p-/,
      ) as string,
    };
    expect(planned).toMatchObject(refusal);
    expect(ran).toMatchObject(refusal);
  });

  it('at test alone asks for the truth of the test problems', async () => {
    const { planned } = await outcome(oracle('none', 'oracle'), () => true);
    expect(planned).toMatchObject({
      where: 'arms: upper-bound.test',
      message: expect.stringContaining('21 of 21') as string,
    });
  });

  it('runs where all have one; without it other arms run on', async () => {
    expect(await outcome(oracle('oracle', 'oracle'), () => false)).toEqual({ planned: undefined, ran: undefined });
    expect(await outcome(oracle('bm25', 'none'), () => true)).toEqual({ planned: undefined, ran: undefined });
  });
});

describe('labels by truth', () => {
  const labels = { judge: 'truth', maxQueries: 30, maxCandidates: 12, topPositives: 3 };
  it('are refused when the run is planned, where nothing has a truth', async () => {
    const refusal = {
      code: 'data',
      where: 'labels.judge',
      message: expect.stringContaining('none of the problems') as string,
    };
    const { planned, ran } = await outcome({ labels }, () => true, 'labels');
    expect(planned).toMatchObject(refusal);
    expect(ran).toMatchObject(refusal);
  });

  it('are made where some have one: pairs without it fail, and are no negatives', async () => {
    expect(await outcome({ labels }, (i) => i % 2 === 0, 'labels')).toEqual({ planned: undefined, ran: undefined });
  });
});
