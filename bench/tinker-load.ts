/**
 * A step of the loop over a Tinker server that answers at once: what our side can carry. Memory, tokens a second (sampled, decoded, graded,
 * scored, trained on, written down) and the longest time between two heartbeats.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark } from './measure.js';
import type { LoadCost, LoadWork } from './tinker-load/ours.js';
import { ANSWER, child, modelWithWindow, responsesOf, startLoadServer } from './tinker-load/load-server.js';
import type { LoadSettings } from './tinker-load/server.js';

const run = promisify(execFile);
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
    const server = await startLoadServer(file('server.json'));
    try {
      const work: LoadWork = {
        ...sizes,
        url: server.url,
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
      server.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};
