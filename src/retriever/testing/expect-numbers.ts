/** What tests against numbers of other libraries ask for. */
import { expect } from 'vitest';
import { architectureOf, type EncoderConfig } from '../../models/encoders/config.js';
import { partViews, type Params } from '../../models/parameters.js';

export function expectNear(found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-4): void {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...Array.from(found, (x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(tolerance);
}

/** The gradient of every tensor that is trained, under its name in the checkpoint, has the norm that `theirs` says; there are no others. */
export function expectGradientNorms(
  config: EncoderConfig,
  gradient: Params,
  theirs: ReadonlyMap<string, number>,
): void {
  const trained = architectureOf(config).params.filter((param) => param.trained);
  const norms = trained.flatMap((spec) =>
    partViews(spec, gradient.get(spec.name)!).map(({ part, data }) => [part.hfName, Math.hypot(...data)] as const),
  );
  expect(norms.map(([tensor]) => tensor).toSorted()).toEqual([...theirs.keys()].toSorted());
  for (const [tensor, norm] of norms) {
    const reference = theirs.get(tensor)!;
    expect([tensor, Math.abs(norm - reference) < 1e-4 * Math.max(1, reference)]).toEqual([tensor, true]);
  }
}
