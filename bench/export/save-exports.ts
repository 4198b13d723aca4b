/**
 * Exports runs on tiny chat models, for check_verl.py and check_trl.py to open with the real libraries.
 *
 *     npx tsx bench/export/save-exports.ts OUTPUT_FOLDER
 *
 * Beside each export stands expected.json: the tokens of every prompt as the run itself has them, those of training problems from its
 * rollouts.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../src/core/files.js';
import { readJsonlAll } from '../../src/core/jsonl.js';
import { shownTraces } from '../../src/data/index.js';
import { exportPrompts } from '../../src/export/index.js';
import { writeChatRun } from '../../src/export/testing/chat-run.js';
import { CHATML, CHATML_THINKING } from '../../src/models/testing/tiny-tokenizer.js';
import { readPromptRun, shownPrompts } from '../../src/pipeline/index.js';
import type { GroupRecord } from '../../src/rl/index.js';

/** A template that writes the date, as those of Llama 3 do. */
const DATED = `{%- if not date_string is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}<|im_start|>system
Today is {{ date_string }}.<|im_end|>
${CHATML}`;

const more = { groupSize: 4, promptsPerStep: 12, steps: 1, warmupSteps: 0, checkpointEverySteps: 1 };
const twoTraces = [{ name: 'two', train: 'words', test: 'words', contexts: { traces: 2 } }];

const cases = {
  'user-turn': {},
  'chat-turn': { changes: { prompt: { layout: 'chat-turn', system: 'You solve problems.', maxPromptTokens: 900 } } },
  thinking: { chat: CHATML_THINKING, specials: ['<tool>'] },
  dated: { chat: DATED },
  'two-traces': { arms: twoTraces, changes: { rl: more } },
  'base-model': { chat: false, bos: true },
} as const;

const output = process.argv[2];
if (output === undefined) throw new Error('usage: npx tsx bench/export/save-exports.ts OUTPUT_FOLDER');
for (const [name, options] of Object.entries(cases)) {
  const folder = join(output, name);
  const root = await writeChatRun({ folder, ...options, trained: true });
  const none = { arms: [], retrievers: [] };
  await exportPrompts(root, 'verl', { ...none, format: 'parquet', out: join(folder, 'verl') });
  await exportPrompts(root, 'verl', { ...none, format: 'jsonl', out: join(folder, 'verl-jsonl') });
  await exportPrompts(root, 'trl', { ...none, format: 'parquet', out: join(folder, 'trl') });
  await exportPrompts(root, 'trl', { ...none, format: 'jsonl', out: join(folder, 'trl-jsonl') });
  const expected = await expectedTokens(root);
  await writeJsonAtomic(join(folder, 'expected.json'), expected);
  console.log(`${name}: ${Object.keys(expected).length} prompts`);
}

/** Arm, set, problem and traces -> tokens. */
async function expectedTokens(root: string): Promise<Record<string, number[]>> {
  const run = await readPromptRun(root);
  const tokens: Record<string, number[]> = {};
  for (const arm of run.config.arms) {
    const { test } = await shownPrompts(run, arm, ['test']);
    for (const { problem, context } of test) {
      const traces = shownTraces(context).map(({ id }) => id);
      tokens[keyOf(arm.name, 'test', problem.id, traces)] = [...run.prompts.codec.prompt(problem, context)];
    }
    const folder = join(root, 'rollouts', arm.name);
    for (const file of await readdir(folder))
      for (const record of await readJsonlAll<GroupRecord>(join(folder, file)))
        tokens[keyOf(arm.name, 'train', record.problemId, record.traceIds)] = record.promptTokens;
  }
  return tokens;
}

function keyOf(arm: string, set: string, problemId: string, traceIds: readonly string[]): string {
  return [arm, set, problemId, ...traceIds].join(' ');
}
