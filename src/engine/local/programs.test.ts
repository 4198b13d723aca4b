import { expect, it } from 'vitest';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import { ids, response } from '../testing/helpers.js';
import { LocalEngine } from './local-engine.js';
import { Programs } from './programs.js';
import { scoreGraph } from './graphs.js';

const config = tinyConfig('qwen3');

it('compiles a graph once, until the last holder lets go', async () => {
  const programs = new Programs(1);
  let built = 0;
  const get = () => programs.get(config, 'score', () => (built++, scoreGraph(config, false)));
  const [first, second] = [programs.hold(), programs.hold()];
  const program = await get();
  await first();
  await first(); // once is enough
  expect(await get()).toBe(program);
  await second();
  await expect(program.run({})).rejects.toThrow('was used after dispose');
  const third = programs.hold();
  expect(await get()).not.toBe(program);
  await third();
  expect(built).toBe(2);
});

it('a policy that is opened after all others were closed computes what they did', async () => {
  const engine = new LocalEngine({ threads: 1 });
  const scores = async () => {
    const policy = await engine.adopt('tiny', config, tinyParams(config), { train: 'full' });
    const { logprobs_NGT } = await policy.forwardBackward([{ prompt: ids(1, 2), responses: [response(ids(3, 4))] }]);
    await policy.dispose();
    return logprobs_NGT;
  };
  const before = await scores();
  expect(await scores()).toEqual(before);
  await engine.dispose();
});
