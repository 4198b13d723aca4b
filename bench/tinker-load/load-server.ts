/** The server of `server.ts` as a process, with a model and responses for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '../../src/core/rng.js';
import { openModel } from '../../src/models/index.js';

/** What every second response ends with. */
export const ANSWER = '7';

/** Arguments of Node for a file of this folder, which reads `file`. */
export function child(name: string, file: string): string[] {
  return ['--import', 'tsx', fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), file];
}

/** `settings`: a file with them. */
export async function startLoadServer(settings: string): Promise<{ url: string; stop(): void }> {
  const server = spawn(process.execPath, child('server', settings), { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), stop: () => void server.kill() };
}

/** The embedded base model, whose window is made long enough; its weights are never read. */
export async function modelWithWindow(folder: string, window: number): Promise<void> {
  await cp(fileURLToPath(new URL('../../assets/base', import.meta.url)), folder, { recursive: true });
  const path = join(folder, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, max_position_embeddings: window }));
}

/** Words without a meaning, and at the end an answer that is right in every second response. */
export async function responsesOf(
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
