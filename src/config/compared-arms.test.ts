import { expect, test } from 'vitest';
import { comparedArms } from './compared-arms.js';
import { resolveConfig } from './resolve.js';

const arm = (name: string, train: 'none' | 'learned', test_: 'none' | 'learned', policyOf: string | null = null) => ({
  name,
  train,
  test: test_,
  policyOf,
});

test('the first arm that trains with traces is held against the first that has none, whatever they are called', () => {
  const arms = [arm('late', 'none', 'learned', 'b'), arm('b', 'none', 'none'), arm('c', 'learned', 'learned')];
  expect(comparedArms({ arms })).toEqual({ subject: 'c', baseline: 'b' });
  expect(comparedArms({ arms: arms.toReversed() })).toEqual({ subject: 'c', baseline: 'b' });
  expect(comparedArms({ arms: arms.slice(0, 2) })).toEqual({ subject: 'b', baseline: 'late' });
  expect(comparedArms({ arms: [arm('only', 'none', 'none')] })).toEqual({ subject: 'only', baseline: 'only' });
  expect(comparedArms({ arms, eval: { subject: 'late', baseline: 'c' } })).toEqual({ subject: 'late', baseline: 'c' });
});

test('is that of the demo, and a name that no arm has is refused', () => {
  expect(comparedArms(resolveConfig({ preset: 'demo' }))).toEqual({ subject: 'ra-rft', baseline: 'grpo' });
  expect(() => resolveConfig({ set: ['eval.baseline=grop'] })).toThrowError(
    expect.objectContaining({ code: 'config', message: 'eval.baseline names grop, and no arm is called that' }),
  );
  expect(() => resolveConfig({ set: ['eval.contextArms=[ra-rtf]'] })).toThrow('eval.contextArms names ra-rtf, and no');
  expect(() => resolveConfig({ set: ['eval.contextArms=[ra-rft, grpo]', 'eval.contexts=2'] })).toThrowError(
    expect.objectContaining({
      message: expect.stringContaining('grpo, which is tested with none: it has no traces') as string,
      expected: 'ra-rft, grpo-retrieval-at-test, random-trace',
    }),
  );
});
