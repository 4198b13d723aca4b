import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { folderRef } from '../engine/index.js';
import { openConfiguredEngine } from './engines.js';
import { writeTinyTask } from './testing/tiny-task.js';

it('waits for a server as long as engine.callMinutes says, and no longer', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder);
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const set = ['engine.kind=tinker', `engine.url=${url}`, 'engine.model=m', 'rl.lora.rank=8', 'rl.maxGradNorm=0'];
  const { engine: settings } = resolveConfig({ file, set: [...set, 'engine.callMinutes=0.005'] });
  const model = join(folder, 'model');
  const engine = openConfiguredEngine(settings, model);
  onTestFinished(() => engine.dispose());
  const begun = performance.now();
  await expect(engine.open(folderRef(model))).rejects.toMatchObject({ kind: 'time-out' });
  expect(performance.now() - begun).toBeLessThan(30_000);
});
