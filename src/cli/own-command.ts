/** How `ra-rft` was started, to start it again or to tell a person how. */
import { relative, sep } from 'node:path';
import type { ResumeCommand } from '../serve/index.js';
import { shellWord } from './shell-word.js';

/** For another process. */
export function ownCommand({ execPath, execArgv, argv }: Started = process): ResumeCommand | undefined {
  const script = argv[1];
  return script === undefined ? undefined : [execPath, ...execArgv, script];
}

/** For a person in this folder: `npx ra-rft` where it is installed, and the script itself in a clone of the repository. */
export function ownCommandText({ argv }: Pick<Started, 'argv'> = process, cwd = process.cwd()): string {
  const script = argv[1] ?? '';
  if (!script.endsWith('.js') || script.split(sep).includes('node_modules')) return 'npx ra-rft';
  const below = relative(cwd, script);
  return `node ${shellWord(below.startsWith('..') ? script : below)}`;
}

type Started = Pick<NodeJS.Process, 'execPath' | 'execArgv' | 'argv'>;
