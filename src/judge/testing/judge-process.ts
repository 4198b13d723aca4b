/** Starts the judging child process, whose server and kills are the test's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { compiled } from '../../core/testing/compiled.js';

export interface JudgeProcess {
  kill(): void;
  /** `SIGKILL`, or the exit code. */
  ended: Promise<'SIGKILL' | number>;
}

/** What the child judges: see judge-child.ts. */
export interface JudgeTask {
  baseUrl: string;
  folder: string;
  queries: number;
  candidates: number;
  /** At a thousand USD a million tokens; 0, the default, is no limit. */
  maxUsd?: number;
}

/** Call inside a test; the process ends with it. */
export function startJudge({ baseUrl, folder, queries, candidates, maxUsd = 0 }: JudgeTask): JudgeProcess {
  const script = compiled(new URL('./judge-child.ts', import.meta.url));
  const args = [baseUrl, folder, ...[queries, candidates, maxUsd].map(String)];
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const child = spawn(process.execPath, [script, ...args], { stdio: [...stdio] });
  const kill = () => void child.kill('SIGKILL');
  onTestFinished(kill);
  const ended = once(child, 'exit').then(([code, signal]) => (signal === 'SIGKILL' ? signal : Number(code)));
  return { kill, ended };
}
