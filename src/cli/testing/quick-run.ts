/** A real run in a process of its own, as small as a run can be: every stage, two arms, a few seconds on an idle machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { compiled } from '../../core/testing/compiled.js';

const SETTINGS = [
  'labels.maxQueries=24',
  'labels.maxCandidates=12',
  'retriever.steps=20',
  'arms=[{name: grpo, train: none, test: none}, {name: ra-rft, train: learned, test: learned}]',
  'rl.promptsPerStep=4',
  'rl.checkpointEverySteps=1',
  'eval.k=2',
  'data.world.seenTests=8',
  'data.world.unseenTests=8',
];

/** What starts `ra-rft` in another process. */
export const raRftCommand = (): [string, string] => [
  process.execPath,
  compiled(new URL('../main.ts', import.meta.url)),
];

export interface QuickRun {
  child: ChildProcess;
  /** All that it has printed so far. */
  printed: () => string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts it; it is killed with its test. No browser is found on its PATH. */
export function startQuickRun(
  runs: string,
  name: string,
  { set = [], more = [] }: { set?: string[]; more?: string[] } = {},
): QuickRun {
  const [node, script] = raRftCommand();
  const settings = [...SETTINGS, ...set].flatMap((one) => ['--set', one]);
  const args = [script, 'run', '--quick', '--runs', runs, '--name', name, ...settings, ...more];
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH: '' } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, printed: () => text, ended };
}
