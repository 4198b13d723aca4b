import { expect, it } from 'vitest';
import { configWarnings, resolveConfig } from './resolve.js';

function refusal(...set: string[]) {
  try {
    resolveConfig({ set });
  } catch (error) {
    const { code, message, expected, hint } = error as Record<'code' | 'message' | 'expected' | 'hint', string>;
    return { code, message, expected, hint };
  }
  return undefined;
}

it('sources of the warm-up are random and retrievers; others are refused with the nearest', () => {
  expect(refusal('warmup.traces={random: 0.3, bm25: 0.5}')).toBeUndefined();
  expect(refusal('retrievers.mine={kind: bm25}', 'warmup.traces={mine: 1}')).toBeUndefined();
  expect(refusal('warmup.traces={bm52: 1}')).toMatchObject({
    code: 'config',
    message: 'warmup.traces names "bm52", which is no retriever',
    expected: expect.stringMatching(/^random, learned, bm25/) as string,
    hint: 'Did you mean bm25?',
  });
  expect(refusal('warmup.traces={none: 1}')?.message).toContain('no retriever');
  expect(refusal('warmup.traces={toString: 1}')?.message).toContain('no retriever');
  expect(refusal('warmup.traces={bm25: -1}')?.message).toContain('warmup.traces.bm25');
  expect(refusal('warmup.traces={bm25: 0}')?.message).toContain('no source a share');
  expect(refusal('warmup.traces={}')?.message).toContain('no source a share');
  expect(refusal('warmup.topTraces=0')).toMatchObject({ expected: 'integer >= 1, traces' });
});

it('the sources of a file stand in place of the default', () => {
  const { warmup } = resolveConfig({ set: ['warmup.traces.bm25=2'] });
  expect(warmup.traces).toEqual({ bm25: 2 });
  expect(resolveConfig().warmup.traces).toEqual({ random: 1 });
});

it('turns of labels and warm-up need measured gain, a warm-up and something right to show', () => {
  const turns = ['labels.alternation.times=1', 'warmup.steps=5'];
  expect(refusal(...turns)).toBeUndefined();
  expect(refusal('labels.alternation.times=1')?.message).toContain('warmup.steps is 0');
  expect(refusal(...turns, 'labels.judge=truth')?.message).toContain('labels.judge: truth asks no policy');
  expect(refusal(...turns, 'labels.alternation.wrong=0.3')?.expected).toContain('together at most 1');
  expect(refusal(...turns, 'labels.alternation.right=0')?.expected).toContain('right above 0');
  expect(refusal(...turns, 'labels.alternation.right=0.7', 'labels.alternation.wrong=0.3')).toBeUndefined();
  expect(refusal('labels.alternation.right=0')).toBeUndefined(); // without turns it does nothing, and is told so
});

it('keys that do nothing are told', () => {
  const warnings = (...set: string[]) => configWarnings({ set }, resolveConfig({ set })).join('\n');
  expect(warnings('labels.alternation.right=0.5')).toContain('labels.alternation.times is 0');
  expect(warnings('warmup.steps=5', 'warmup.topTraces=2')).toContain('warmup.traces names no retriever');
  expect(warnings('warmup.steps=5', 'warmup.topTraces=2', 'warmup.traces={bm25: 1}')).toBe('');
  const whole = ['warmup.steps=5', 'warmup.crossFit=false', 'arms=[{name: a, train: learned, test: learned}]'];
  expect(warnings(...whole, 'warmup.traces={learned: 1}')).toContain('retriever.crossFit is 1');
  expect(warnings(...whole, 'retriever.crossFit=3', 'warmup.traces={bm25: 1}')).toContain('names no trained encoder');
  expect(warnings(...whole, 'retriever.crossFit=3', 'warmup.traces={learned: 1}')).toBe('');
  const alone = ['arms=[{name: a, train: none, test: learned}]', 'warmup.traces={learned: 1}'];
  expect(warnings(...whole, 'retriever.crossFit=3', ...alone)).toContain(
    'warmup.crossFit is false, and no arm is trained with traces',
  );
  const bm25 = ['retriever.crossFit=3', 'arms=[{name: a, train: none, test: learned}]', 'warmup.traces={bm25: 1}'];
  expect(warnings('warmup.steps=5', ...bm25)).toContain('no training prompt shows traces');
  expect(warnings('warmup.steps=5', 'warmup.contextShare=0', 'warmup.traces={bm25: 1}')).toContain('contextShare is 0');
});

it('no arm has the name of a training of the run itself', () => {
  for (const name of ['warmup', 'warmup-2', 'warmup-start', 'retriever'])
    expect(refusal(`arms=[{name: ${name}}]`)?.message, name).toContain('names a training of its own');
  expect(refusal('arms=[{name: warmup-long}]')).toBeUndefined();
});
