/** A training of the library that was killed and called again, and folders that are not its own. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exists } from '../../core/missing.js';
import { takeLock } from '../../core/run-lock.js';
import { silent } from '../../core/progress.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { pairTask } from '../testing/pairs.js';
import { Retriever } from './retriever.js';
import type { TrainRetrieverOptions } from './train.js';

const { traces, labels } = pairTask({ perMethod: 2, questions: 4 });
const settings = { steps: 8, hidden: 16, dim: 16, batchSize: 8, tokenDropout: 0.2, checkpointEverySteps: 3, epochs: 0 };

/** Trains until `killAt` where that is given, and tells the steps that were made and what was said. */
async function attempt(changes: Partial<TrainRetrieverOptions>, killAt?: number) {
  const steps: number[] = [];
  const said: string[] = [];
  const onMetrics: TrainRetrieverOptions['onMetrics'] = (line) => {
    if (line.step === killAt) throw new Error('killed');
    if ('loss' in line) steps.push(line.step);
  };
  const progress = { ...silent, line: (text: string) => void said.push(text) };
  const options = { labels, corpus: traces, settings, threads: 1, progress, onMetrics, ...changes };
  const retriever = await Retriever.train(options).catch((error: unknown) => {
    if (killAt === undefined) throw error;
    return undefined;
  });
  if (retriever) onTestFinished(() => retriever.dispose());
  return { steps, said: said.join('\n'), retriever };
}

async function encoderOf(retriever: Retriever | undefined, folder: string): Promise<unknown> {
  await retriever!.save(folder);
  return JSON.parse(await readFile(join(folder, 'encoder', 'retriever.json'), 'utf8'));
}

describe('checkpoints of a training outside a run', () => {
  it('are gone on from to the same weights, and go when the retriever is saved', async () => {
    const folder = await temporaryFolder();
    const checkpoints = join(folder, 'training');
    await attempt({ checkpoints }, 5);
    const again = await attempt({ checkpoints });
    expect(again.steps).toEqual([4, 5, 6, 7, 8]);
    expect(again.said).toContain('goes on after step 3');
    expect(await exists(checkpoints)).toBe(true);
    const whole = await attempt({});
    expect(whole.steps).toHaveLength(8);
    const resumed = await encoderOf(again.retriever, join(folder, 'resumed'));
    expect(resumed).toEqual(await encoderOf(whole.retriever, join(folder, 'whole')));
    expect(await exists(checkpoints)).toBe(false);
    // What was saved into their place stays.
    const third = await attempt({ checkpoints });
    expect(await encoderOf(third.retriever, checkpoints)).toEqual(resumed);
    const opened = await Retriever.open(checkpoints, { threads: 1 });
    onTestFinished(() => opened.dispose());
    expect(opened.size).toBe(traces.length);
  });

  it.each([
    ['another seed', { seed: 2 }],
    ['a label less', { labels: labels.slice(1) }],
    ['another trace', { corpus: [...traces, { id: 'new', text: 'with the coins we wait' }] }],
    ['other settings', { settings: { ...settings, learningRate: 0.02 } }],
  ])('of a training with %s are passed over, and that is said', async (_, changes) => {
    const checkpoints = join(await temporaryFolder(), 'training');
    await attempt({ checkpoints }, 5);
    const { steps, said } = await attempt({ checkpoints, ...changes }, 3);
    expect(steps).toEqual([1, 2]);
    expect(said).toContain('is of another training (step 3)');
  });

  it('may come more often when the training goes on', async () => {
    const checkpoints = join(await temporaryFolder(), 'training');
    await attempt({ checkpoints }, 5);
    const { steps } = await attempt({ checkpoints, settings: { ...settings, checkpointEverySteps: 1 } }, 7);
    expect(steps).toEqual([4, 5, 6]);
  });

  it('come back where a kill fell between two of them, and belong to one training at a time', async () => {
    const checkpoints = join(await temporaryFolder(), 'training');
    await attempt({ checkpoints }, 5);
    await rename(checkpoints, `${checkpoints}.old-12-0-1`);
    const lock = await takeLock(`${checkpoints}.lock`);
    await expect(attempt({ checkpoints })).rejects.toMatchObject({ code: 'run-folder' });
    await lock.release();
    expect((await attempt({ checkpoints }, 6)).steps).toEqual([4, 5]);
    expect(await exists(`${checkpoints}.lock`)).toBe(false);
  });

  it('are not written among files of somebody, which is told before the first step', async () => {
    const checkpoints = join(await temporaryFolder(), 'own');
    await mkdir(checkpoints);
    await writeFile(join(checkpoints, 'notes.txt'), 'mine');
    const started: number[] = [];
    const training = Retriever.train({
      labels,
      corpus: traces,
      settings,
      checkpoints,
      onMetrics: ({ step }) => void started.push(step),
    });
    await expect(training).rejects.toMatchObject({ code: 'io', where: checkpoints });
    expect(started).toEqual([]);
  });
});
