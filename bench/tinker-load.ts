/**
 * A step of the loop over a Tinker server that answers at once: what our side can carry. Memory, tokens a second (sampled, decoded, graded,
 * scored, trained on, written down) and the longest time between two heartbeats.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Rng } from '../src/core/rng.js';
import { openModel } from '../src/models/index.js';
import type { Benchmark } from './measure.js';
import type { LoadCost, LoadWork } from './tinker-load/ours.js';
import type { LoadSettings } from './tinker-load/server.js';

const run = promisify(execFile);
const ANSWER = '7';
const HEARTBEAT_MS = 100;
/** Tokens of the prompts at most. */
const ROOM = 256;

export const partNames = (): readonly string[] => ['step'];

export const benchmark: Benchmark = async function* ({ smoke }) {
  const sizes = smoke ? { problems: 4, groupSize: 4, tokens: 50 } : { problems: 256, groupSize: 16, tokens: 2000 };
  const root = await mkdtemp(join(tmpdir(), 'ra-rft-bench-load-'));
  const file = (name: string) => join(root, name);
  try {
    const model = file('model');
    await modelWithWindow(model, sizes.tokens + ROOM);
    const settings: LoadSettings = { responses: await responsesOf(model, sizes), window: sizes.tokens + ROOM };
    await writeFile(file('server.json'), JSON.stringify(settings));
    const server = spawn(process.execPath, child('server', file('server.json')), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(server.stdout, 'data')) as [Buffer];
      const work: LoadWork = {
        ...sizes,
        url: line.toString().trim(),
        model,
        root,
        answer: ANSWER,
        heartbeatMs: HEARTBEAT_MS,
      };
      await writeFile(file('ours.json'), JSON.stringify(work));
      const { stdout } = await run(process.execPath, child('ours', file('ours.json')));
      const cost = JSON.parse(stdout) as LoadCost;
      const name = `${sizes.problems} problems x ${sizes.groupSize} x ${sizes.tokens} tokens`;
      const tokens = sizes.problems * sizes.groupSize * sizes.tokens;
      yield { measure: `${name}: rate`, value: tokens / cost.seconds, unit: 'tokens/s' };
      yield { measure: `${name}: peak memory`, value: cost.peakMegabytes, unit: 'MB' };
      yield { measure: 'grading', value: cost.gradingSeconds, unit: 's' };
      yield { measure: `longest time between heartbeats of ${HEARTBEAT_MS} ms`, value: cost.longestGapMs, unit: 'ms' };
      yield { measure: 'the same while grading', value: cost.longestGapGradingMs, unit: 'ms' };
      yield { measure: 'longest time our thread did nothing else', value: cost.longestBlockMs, unit: 'ms' };
    } finally {
      server.kill();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

function child(name: string, file: string): string[] {
  return ['--import', 'tsx', fileURLToPath(new URL(`./tinker-load/${name}.ts`, import.meta.url)), file];
}

/** The embedded base model, whose window is made long enough; its weights are never read. */
async function modelWithWindow(folder: string, window: number): Promise<void> {
  await cp(fileURLToPath(new URL('../assets/base', import.meta.url)), folder, { recursive: true });
  const path = join(folder, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, max_position_embeddings: window }));
}

/** Words without a meaning, and at the end an answer that is right in every second response. */
async function responsesOf(
  model: string,
  { groupSize, tokens }: { groupSize: number; tokens: number },
): Promise<number[][]> {
  const { tokenizer, config } = await openModel(model);
  const words = Array.from(tokenizer.encode('one two add the sum of and then so we get 12 + 5 = 17 . '));
  const rng = Rng.fromSeed('responses');
  return Array.from({ length: groupSize }, (_, g) => {
    const end = Array.from(tokenizer.encode(` The answer is \\boxed{${g % 2 ? ANSWER : '8'}}`));
    const begin = Array.from({ length: tokens - end.length }, () => words[rng.int(words.length)]!);
    return [...begin, ...end].filter((token) => !config.eosIds.includes(token));
  });
}
