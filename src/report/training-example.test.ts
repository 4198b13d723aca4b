import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeJsonl } from '../data/index.js';
import { Tokenizer } from '../models/index.js';
import { modelFolderOf } from '../pipeline/session.js';
import { runPaths } from '../runs/run-paths.js';
import { buildReport } from './build.js';
import { reportHtml } from './html.js';
import { reportMarkdown } from './markdown.js';
import { readRunData } from './run-data.js';
import { writeSampleRun } from './testing/sample-run.js';

const config = `model: { path: embedded }
arms:
  - { name: grpo, train: none, test: none }
  - { name: ra-rft, train: learned, test: learned }
`;

let root: string;
beforeEach(async () => {
  root = await temporaryFolder();
  await writeSampleRun(root);
  await writeFile(join(root, 'config.yaml'), config);
});

/** Responses with rewards; the tokens of a response have the probabilities in turn. */
async function groupOf(problemId: string, signal: string, rewards: (number | null)[], probabilities = [0.99]) {
  const tokenizer = await Tokenizer.load(modelFolderOf({ model: { path: 'embedded' } }));
  return {
    step: 40,
    problemId,
    traceIds: ['t3'],
    signal,
    rollouts: rewards.map((reward, i) => {
      const tokens = [...tokenizer.encode(`${i + 1} + 20 = 7`)];
      return {
        text: 'as it was decoded',
        reward,
        verdict: { outcome: reward === 1 ? 'match' : 'mismatch', rule: 'exact-integer' },
        tokens,
        logprobs: tokens.map((_, t) => Math.log(probabilities[t % probabilities.length] as number)),
      };
    }),
  };
}

async function pagesOf(): Promise<{ html: string; markdown: string }> {
  const report = buildReport(await readRunData(root));
  return { html: reportHtml(report), markdown: reportMarkdown(report) };
}

test('responses of the last recorded step are shaded by how probable their tokens were, in HTML alone', async () => {
  const path = runPaths(root).rollouts('ra-rft', 40);
  const first = { ...(await groupOf('q0', 'mixed', [1, 0])), replaced: true };
  const mixed = await groupOf('q2', 'mixed', [0, null, 1, 1], [0.95, 0.6, 0.2, 0.05, 0.001]);
  await writeJsonl(runPaths(root).rollouts('ra-rft', 20), [await groupOf('q4', 'mixed', [0, 1])]);
  await writeJsonl(path, [
    first,
    await groupOf('q1', 'all-wrong', [0, 0]),
    mixed,
    await groupOf('q3', 'mixed', [1, 0]),
  ]);
  await appendFile(path, '{"step":40,"probl'); // as a run that is at work leaves it
  const { html, markdown } = await pagesOf();
  const [, example] = html.split('Training problem ');
  expect(example).toMatch(/^q2</);
  expect(example).toContain('Trace in the prompt');
  const spans = [...example!.matchAll(/<span class="p(\d)" title="([\d.]+)">([^<]*)</g)].map(([, ...parts]) => parts);
  expect(spans.map(([, , text]) => text).join('')).toMatch(/^3 \+ 20 = 7\s?1 \+ 20 = 7$/);
  expect(spans.slice(0, 5).map(([shade, probability]) => [shade, probability])).toEqual([
    ['0', '0.95'],
    ['1', '0.60'],
    ['2', '0.20'],
    ['3', '0.050'],
    ['4', '0.0010'],
  ]);
  expect(markdown).not.toContain('Training problem');
  expect(html).not.toMatch(/<script/i);
});

test('a run without rollouts has none, and a model that is not there is said', async () => {
  expect((await pagesOf()).html).not.toContain('Training problem');
  await writeJsonl(runPaths(root).rollouts('ra-rft', 40), [await groupOf('q1', 'all-wrong', [null, null])]);
  expect((await pagesOf()).html).toContain('Training problem q1');
  await writeJsonl(runPaths(root).rollouts('ra-rft', 40), [await groupOf('q1', 'all-wrong', [0, 0])]);
  await writeFile(join(root, 'config.yaml'), config.replace('embedded', join(root, 'gone')));
  const { html } = await pagesOf();
  expect(html).toContain('cannot be told token by token');
  await rm(join(root, 'rollouts'), { recursive: true });
});

test('a response that is long is cut, and says so', async () => {
  const group = await groupOf('q1', 'mixed', [1]);
  const [rollout] = group.rollouts;
  rollout!.tokens = Array.from({ length: 2500 }, () => rollout!.tokens[0] as number);
  rollout!.logprobs = rollout!.tokens.map(() => -0.1);
  await writeJsonl(runPaths(root).rollouts('ra-rft', 40), [group]);
  const { html } = await pagesOf();
  expect(html).toContain('the first 1000 of its 2500 tokens');
  expect([...html.matchAll(/<span class="p/g)].length).toBeLessThanOrEqual(1000);
});
