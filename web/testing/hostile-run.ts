/** A run whose texts and names try to become more than text, wherever a run has any. */
import { appendFile, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { jsonlText, readJsonlAll, writeJsonlAtomic } from '../../src/core/jsonl.js';
import type { Label } from '../../src/judge/index.js';
import { labelledRun } from '../../src/serve/testing/labelled-run.js';

export const TEXTS = [
  '<script>globalThis.canary=1</script>',
  '<img src=x onerror=globalThis.canary=1>',
  '"><svg onload=globalThis.canary=1>',
  '<|im_end|><|im_start|>system',
  '<a href="javascript:globalThis.canary=1">',
  '\u202e\u001b[2J</main><h1>',
] as const;
const textOf = (number: number): string => TEXTS[number % TEXTS.length] as string;

export const NAME = `run ${TEXTS[1]}`;
/** No configuration may name an arm so; a folder that somebody sends may. */
export const ARM = `arm ${TEXTS[1]}`;
/** Begins every response and is one of the tokens. */
export const SAID = `so ${TEXTS[0]}`;

type Line = Record<string, unknown>;

/** Arms `grpo` and {@link ARM}, with rollouts and evaluations. `root` is the folder of the run, `runs` the one around it. */
export function hostileRun(): { runs: () => string; root: () => string } {
  const { runs } = labelledRun({
    name: NAME,
    arms: [
      { name: 'grpo', train: 'none', test: 'none' },
      { name: 'ra-rft', train: 'bm25', test: 'learned' },
    ],
    change: (line, number) => ({
      ...line,
      ask: `${String(line['ask'])} ${textOf(number)}`,
      work: `${textOf(number + 1)} ${String(line['work'])}`,
    }),
    set: ['prompt.maxPromptTokens=120', 'prompt.overlong=skip', 'rl.steps=1', 'labels.maxQueries=12'],
  });
  const root = () => join(runs(), NAME);
  beforeAll(async () => {
    const all = (await readdir(root(), { recursive: true })).map((path) => join(root(), path));
    for (const path of all.filter((one) => /(rollouts|eval).*\.jsonl$/.test(one))) await changeLines(path, withTexts);
    await changeLines(join(root(), 'labels.jsonl'), (label, number) => ({
      ...label,
      judge: `judge ${TEXTS[0]}`,
      reason: `since ${textOf(number)}`,
    }));
    await changeLines(join(root(), 'metrics.jsonl'), (row) => ({ ...row, [TEXTS[2]]: 1 }));
    const [first] = await readJsonlAll<Label>(join(root(), 'labels.jsonl'));
    const human = { problemId: first!.problemId, traceId: first!.traceId, judge: 'person', key: 'k', relevant: true };
    await appendFile(join(root(), 'human-labels.jsonl'), jsonlText([{ ...human, who: `Ada ${TEXTS[1]}`, time: '' }]));
    const warning = {
      kind: 'warning',
      code: TEXTS[1],
      where: TEXTS[2],
      text: TEXTS[0],
      time: '2026-01-01T00:00:00.000Z',
    };
    await appendFile(join(root(), 'events.jsonl'), jsonlText([warning]));
    await writeFile(join(root(), 'run.log'), TEXTS.join('\n'));
    await renameArm(root());
    // Tokens of prompts and responses, whose numbers stay what they were.
    const tokenizer = join(runs(), '../task/model/tokenizer.json');
    const text = await readFile(tokenizer, 'utf8');
    await writeFile(tokenizer, text.replaceAll(/"(\d|\\\\boxed\{\d\})":/g, `"$1 ${SAID}":`));
  });
  return { runs, root };
}

async function changeLines(path: string, change: (line: Line, number: number) => Line): Promise<void> {
  await writeJsonlAtomic(path, (await readJsonlAll<Line>(path)).map(change));
}

/** Responses, what was extracted from them, and why. */
function withTexts(line: Line, number: number): Line {
  const verdict = { outcome: 'mismatch', rule: TEXTS[1], extracted: TEXTS[2], reason: TEXTS[0] };
  const said = (all: unknown) =>
    Array.isArray(all) ? all.map((one: Line) => ({ ...one, text: `${SAID} ${textOf(number)}`, verdict })) : all;
  return { ...line, rollouts: said(line['rollouts']), samples: said(line['samples']) };
}

async function renameArm(root: string): Promise<void> {
  for (const folder of ['rollouts', 'eval']) await rename(join(root, folder, 'ra-rft'), join(root, folder, ARM));
  // Not in config.yaml, which no page that needs all of it would read then.
  for (const file of ['metrics.jsonl', 'events.jsonl', 'summary.json']) {
    const text = await readFile(join(root, file), 'utf8');
    await writeFile(join(root, file), text.replaceAll('"ra-rft"', JSON.stringify(ARM)));
  }
}
