import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import { TraceGuard, type Trace } from '../../data/index.js';
import { numericVerifier, openMathVerifier, type Verifier } from '../../verify/index.js';
import { contradictionWarning, equalAnswersWarning, noTraceWarning, systemWarning } from './data-warnings.js';

const problem = (i: number, answer: string) => ({ id: `p${i}`, question: `Q${i}?`, answer });
const solved = (i: number, answer: string, solution: string) => ({ ...problem(i, answer), solution, where: `f:${i}` });

describe('solutions that contradict their answers', () => {
  it('are counted, the first are named, and equal ones in other words are none', async () => {
    const verifier = openMathVerifier();
    try {
      const items = [
        solved(1, '93', 'So \\boxed{93}.'),
        solved(2, '0.5', 'So $\\boxed{\\frac12}$.'),
        solved(3, 'x+1', 'So $\\boxed{1+x}$.'),
        solved(4, '123456789012345678901234567890', 'The answer is \\boxed{93}.'),
        solved(5, 'x+1', 'So $\\boxed{x-1}$.'),
        solved(6, '7', 'In the end the answer is obtained the same way.'),
        solved(7, '7', 'No mark at all.'),
        solved(8, '7', 'Six.\n#### 6'),
      ];
      const text = await contradictionWarning(items, verifier);
      expect(text).toMatch(
        /^3 of 8 solutions .*f:4 ends in 93, gold 1234.*f:5 ends in x-1, gold x\+1; f:8 ends in 6, gold 7$/,
      );
      expect(await contradictionWarning(items.slice(0, 3), verifier)).toBeUndefined();
    } finally {
      await verifier.dispose();
    }
  });

  it('names five and counts the rest; a reward module decides for itself what an answer is', async () => {
    const items = Array.from({ length: 7 }, (_, i) => solved(i, '1', `\\boxed{${i + 100}}`));
    expect(await contradictionWarning(items, numericVerifier)).toMatch(/f:4 ends in 104, gold 1; and 2 more$/);
    const module: Verifier = {
      name: 'module',
      verifyMany: (pairs) => numericVerifier.verifyMany(pairs),
      dispose: () => Promise.resolve(),
    };
    expect(await contradictionWarning(items, module)).toBeUndefined();
  });
});

describe('other oddities', () => {
  it('nearly all answers are one', () => {
    const of = (...answers: string[]) => equalAnswersWarning(answers.map((answer, i) => problem(i, answer)));
    expect(of('1/2', '0.5', '0.50', '1/2')).toContain('all 4 training problems have the same answer');
    expect(of(...Array<string>(19).fill('5'), '6')).toContain('19 of 20');
    expect(of('1', '2', '1', '2')).toBeUndefined();
    expect(of('1', '1')).toBeUndefined();
  });

  it('no problem may be shown a trace, where an arm shows some', () => {
    const train = [problem(1, '5'), problem(2, '5')];
    const corpus: Trace[] = train.map((item) => ({ ...item, trace: 'T' }));
    const guard = new TraceGuard(train);
    const bare = resolveConfig({ set: ['arms=[{name: a}]'] });
    expect(noTraceWarning(resolveConfig(), train, corpus, guard)).toContain(
      'no training problem may be shown any of the 2 traces',
    );
    expect(noTraceWarning(bare, train, corpus, guard)).toBeUndefined();
    const more = [...corpus, { id: 't', question: 'R', answer: '6', trace: 'T' }];
    expect(noTraceWarning(resolveConfig(), train, more, guard)).toBeUndefined();
  });

  it('system messages that no prompt holds', () => {
    expect(systemWarning(resolveConfig(), ['Be brief.'])).toContain('"Be brief."');
    expect(systemWarning(resolveConfig({ set: ['prompt.system=Be brief.'] }), ['Be brief.'])).toBeUndefined();
    expect(systemWarning(resolveConfig(), [])).toBeUndefined();
  });
});
