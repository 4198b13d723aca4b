/** Gradients against finite differences. */
import { Rng } from '../../core/rng.js';

/**
 * Relative error of the gradient along a random unit direction, against central differences of width `step`. Leaves `value` as it was.
 */
export async function slopeError(
  run: () => Promise<{ loss: number }>,
  value: Float32Array,
  grad: Float32Array,
  { seed, step }: { seed: number; step: number },
): Promise<number> {
  const rng = Rng.fromSeed(seed);
  const saved = value.slice();
  const normal = Float32Array.from(value, () => rng.normal());
  const direction = normal.map((x) => x / Math.hypot(...normal));
  const lossAt = async (by: number) => {
    saved.forEach((v, i) => (value[i] = v + by * (direction[i] as number)));
    return (await run()).loss;
  };
  const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
  value.set(saved);
  const expected = grad.reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
  return (
    Math.abs(slope - expected) / Math.max(Math.abs(expected), (0.1 * Math.hypot(...grad)) / Math.sqrt(grad.length))
  );
}
