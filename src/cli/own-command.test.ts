import { expect, it } from 'vitest';
import { ownCommand, ownCommandText } from './own-command.js';

it('is started again as it was started', () => {
  const execPath = '/bin/node';
  expect(ownCommand({ execPath, execArgv: ['--import', 'tsx'], argv: [execPath, '/x/main.ts', 'serve'] })).toEqual([
    execPath,
    '--import',
    'tsx',
    '/x/main.ts',
  ]);
  expect(ownCommand({ execPath, execArgv: [], argv: [execPath] })).toBeUndefined();
});

it.each([
  ['/home/me/ra-rft/dist/cli/main.js', 'node dist/cli/main.js'],
  ['/elsewhere/ra-rft/dist/cli/main.js', 'node /elsewhere/ra-rft/dist/cli/main.js'],
  ['/home/me/ra-rft/my dist/main.js', "node 'my dist/main.js'"],
  ['/home/me/ra-rft/node_modules/.bin/ra-rft', 'npx ra-rft'],
  ['/home/me/ra-rft/node_modules/ra-rft/dist/cli/main.js', 'npx ra-rft'],
  ['/usr/lib/node_modules/ra-rft/dist/cli/main.js', 'npx ra-rft'],
])('a person who started %s is told %s', (script, told) => {
  expect(ownCommandText({ argv: ['node', script] }, '/home/me/ra-rft')).toBe(told);
});
