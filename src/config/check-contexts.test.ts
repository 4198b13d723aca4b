import { describe, expect, it } from 'vitest';
import { resolveConfig } from './resolve.js';

const arm =
  (one: Record<string, unknown>, ...set: string[]) =>
  () =>
    resolveConfig({ set: [`arms=${JSON.stringify([{ name: 'a', ...one }])}`, ...set] });
const refused = (make: () => unknown, message: RegExp) =>
  expect(make).toThrowError(
    expect.objectContaining({ code: 'config', message: expect.stringMatching(message) as string }),
  );

describe('contexts of arms', () => {
  it('have what no key says by default', () => {
    expect(arm({ train: 'bm25' })().arms[0]!.contexts).toEqual({
      traces: 1,
      spread: 1,
      drop: 0,
      annealSteps: 0,
      onlyAfterAllWrong: false,
      demonstrations: 4,
      hintShares: [0.5, 0.25],
    });
  });

  it.each([
    [{ test: 'hint' }, /beginning of the test problems' own solutions/],
    [{ contexts: { drop: 0.5 } }, /contexts.drop of arm a is 0.5, but its train is none/],
    [{ contexts: { annealSteps: 5 }, test: 'bm25' }, /contexts.annealSteps/],
    [{ contexts: { onlyAfterAllWrong: true } }, /contexts.onlyAfterAllWrong/],
    [{ train: 'hint', contexts: { traces: 2 } }, /neither side of it shows traces of a retriever/],
    [{ train: 'fixed', contexts: { spread: 2 } }, /would be the same \(fixed\)/],
    [{ train: 'bm25', contexts: { spread: 9 } }, /over 9 prompts, but rl.groupSize is 8/],
    [{ train: 'hint', contexts: { hintShares: [] } }, /hintShares/],
    [{ train: 'hint', contexts: { hintShares: [1] } }, /hintShares/],
    [{ train: 'bm25', contexts: { trace: 2 } }, /unknown key arms\[0\].contexts.trace/],
  ])('%j is refused', (one, message) => {
    expect(arm(one)).toThrowError(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(message) as string }),
    );
  });

  it.each([
    [{ train: 'bm25', test: 'none', contexts: { annealSteps: 5, drop: 0.1, spread: 8 } }],
    [{ train: 'none', test: 'bm25', contexts: { traces: 4 } }],
    [{ train: 'hint', contexts: { onlyAfterAllWrong: true } }],
    [{ train: 'fixed', test: 'fixed', contexts: { demonstrations: 2 } }],
  ])('%j is taken', (one) => {
    expect(arm(one)().arms[0]).toMatchObject(one);
  });

  it('leave two responses for each prompt where prompts are compared', () => {
    const one = { train: 'bm25', contexts: { spread: 5 } };
    refused(arm(one, 'rl.comparedWithin=prompt'), /over 5 prompts, but rl.groupSize is 8/);
    expect(arm({ ...one, contexts: { spread: 4 } }, 'rl.comparedWithin=prompt')).not.toThrow();
  });

  it('of a borrowed policy are those that it was trained with', () => {
    const pair = (contexts: object) => () =>
      resolveConfig({
        set: [
          `arms=${JSON.stringify([
            { name: 'own', train: 'bm25', contexts: { drop: 0.5 } },
            { name: 'other', train: 'bm25', policyOf: 'own', contexts },
          ])}`,
        ],
      });
    refused(pair({ drop: 0.2 }), /takes the policy of own, whose contexts.drop is 0.5, but says 0.2/);
    expect(pair({ drop: 0.5 })).not.toThrow();
    expect(pair({})).not.toThrow();
  });
});
