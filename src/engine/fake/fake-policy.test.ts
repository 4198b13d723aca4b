import { expect, it } from 'vitest';
import { folderRef } from '../policy-folder.js';
import { policyEngineContract } from '../testing/contract.js';
import { FakeEngine } from './fake-engine.js';
import { FakePolicy } from './fake-policy.js';

policyEngineContract('fake', {
  start: () => new FakeEngine({ vocabSize: 24, maxContext: 64, seed: 1 }),
  model: async () => folderRef(import.meta.dirname),
});

it('has the gradient of its loss (finite differences over both tables)', async () => {
  const prompt = Int32Array.of(1, 3, 1);
  const tokens = Int32Array.of(2, 0, 2, 4);
  const slopes = Float32Array.of(-1, 0.5, -2, 0);
  const make = (): FakePolicy => new FakePolicy({ vocabSize: 5, seed: 2 });
  const params = (engine: FakePolicy) =>
    (engine as unknown as { params: { value: Float32Array; grad: Float32Array }[] }).params;
  const alternatives = {
    ids: Int32Array.of(0, 1, 2, 2, 4, 3, 1, 0),
    slopes: Float32Array.of(0.5, -1, 1, 2, 0, -0.5, 1, 1),
  };
  const group = { prompt, responses: [{ tokens, slopes, alternatives }] };
  const engine = make();
  await engine.forwardBackward([group]);
  for (const [p, { grad }] of params(engine).entries()) {
    for (const [i, g] of grad.entries()) {
      const at = async (delta: number) => {
        const moved = make();
        params(moved)[p]!.value[i]! += delta;
        return (await moved.forwardBackward([group])).loss;
      };
      expect(g).toBeCloseTo(((await at(1e-2)) - (await at(-1e-2))) / 2e-2, 3);
    }
  }
});
