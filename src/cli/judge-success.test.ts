import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { LabelSuccess } from '../pipeline/index.js';
import { writeTinyTask } from '../pipeline/testing/tiny-task.js';
import { successText } from './judge-success.js';
import { raRft } from './testing/ra-rft.js';

test('samples beside the labels of a run, with the engine and the policy of the run', async () => {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder, { labels: { maxQueries: 4, maxCandidates: 6 }, engine: { threads: 1 } });
  expect((await raRft('judge', '--config', file, '--runs', folder, '--quiet')).code).toBe(0);
  const counts = ['--problems', '3', '--traces', '2', '--samples', '2'];
  const { code, out } = await raRft('judge', 'success', join(folder, 'tiny'), ...counts, '--quiet');
  expect(code).toBe(0);
  expect(out).toContain('success of 3 problems with 6 traces, 2 answers each; failed: 0 prompts, and 0 answers');
  expect((await raRft('judge', 'success', join(folder, 'tiny'), ...counts, '--quiet')).out).toBe(out);
});

test('refuses a folder without labels, and counts that cannot be compared', async () => {
  expect((await raRft('judge', 'success', await temporaryFolder())).code).toBe(7);
  expect((await raRft('judge', 'success', await temporaryFolder(), '--traces', '1')).code).toBe(2);
});

test('figures as text; what is not known is no number', () => {
  const estimate = (mean: number) => ({ mean, ci95: [mean - 0.05, mean + 0.05] as [number, number], n: 2 });
  const result: LabelSuccess = {
    problems: 2,
    traces: 5,
    samples: 4,
    failedPrompts: 1,
    failedAnswers: 0,
    varying: 1,
    correlation: 0.4472,
    correlationCi95: [0.1, 0.9],
    success: {
      withoutTrace: null,
      bestByGain: estimate(0.75),
      meanOfTraces: estimate(0.5),
      worstByGain: estimate(0.25),
    },
    bestMinusMean: estimate(0.25),
  };
  const text = successText(result);
  expect(text).toContain('correlation 0.45 (95 % interval 0.10 to 0.90); 1 problems');
  expect(text).toMatch(/without a trace +unknown\n/);
  expect(text).toMatch(/best minus mean +25.0 \[20.0, 30.0\]$/);
  expect(successText({ ...result, correlation: null, correlationCi95: null })).toContain('correlation undefined: no');
});
