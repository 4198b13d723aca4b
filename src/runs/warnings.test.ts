import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { silent } from '../core/progress.js';
import { RunFolder } from './run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { warn, warningsAmong } from './warnings.js';

it('are shown, and of each kind and place the last is kept in the events of the run', async () => {
  const run = await RunFolder.open(join(await temporaryFolder(), 'run'), { values: {}, yaml: '{}\n' });
  const lines: string[] = [];
  const progress = { ...silent, line: (text: string) => lines.push(text) };
  const warning = (where: string, text: string) => ({ code: 'kind', where, text });
  for (const one of [warning('a', 'first'), warning('b', 'other'), warning('a', 'last')])
    await warn(run, progress, one);
  await run.event('step', { step: 1 });
  await run.close();
  expect(lines).toEqual(['warning: a: first', 'warning: b: other', 'warning: a: last']);
  const events = await readJsonlAll<{ kind: string }>(run.paths.events);
  expect(warningsAmong(events)).toEqual([warning('a', 'last'), warning('b', 'other')]);
});
