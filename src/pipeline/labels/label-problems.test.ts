import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import { Rng } from '../../core/rng.js';
import { TraceGuard, type Problem, type Trace } from '../../data/index.js';
import { judgeByTruth, selectPairs, type Label } from '../../judge/index.js';
import { oneSidedText, refuseUnusableLabels, skippedText } from './label-problems.js';

const { labels: settings } = resolveConfig();
const problem = (id: string, more: Partial<Problem> = {}): Problem => ({
  id,
  question: `asks ${id}`,
  answer: '1',
  solution: 's',
  ...more,
});
const trace = (id: string, more: Partial<Trace> = {}): Trace => ({ id, question: id, trace: id, answer: '2', ...more });
const select = (problems: Problem[], traces: Trace[]) =>
  selectPairs(problems, traces, {
    maxQueries: 99,
    maxCandidates: 99,
    restrictToType: true,
    guard: new TraceGuard(problems),
    rng: Rng.fromSeed(1),
  });
const refusal = (labels: Label[], pairs: ReturnType<typeof select>) => {
  try {
    refuseUnusableLabels(labels, pairs, settings);
  } catch (error) {
    return error as { message: string; hint: string };
  }
  throw new Error('not refused');
};

describe('labels that nothing can be learnt from', () => {
  it('no solutions: says so, counts them, and speaks of nothing else', () => {
    const bare = ['a', 'b'].map((id) => {
      const { solution: _solution, ...rest } = problem(id);
      return rest;
    });
    const { message, hint } = refusal([], select(bare, [trace('t'), trace('u')]));
    expect(message).toContain('2 problems skipped: no solution');
    expect(hint).toContain('fields.solution');
    expect(hint).not.toContain('restrictToType');
  });

  it('no traces of the type: names the types', () => {
    const { message, hint } = refusal([], select([problem('a', { type: 'sum' })], [trace('t'), trace('u')]));
    expect(message).toContain('1 problems skipped: the corpus has no trace of type sum');
    expect(hint).toContain('restrictToType');
  });

  it('all traces kept away: names the rule', () => {
    const answers = refusal(
      [],
      select([problem('a'), problem('b')], [trace('t', { answer: '1.0' }), trace('u', { answer: '1' })]),
    );
    expect(answers.message).toContain('2 problems skipped: fewer than two traces without a type may be shown with it');
    expect(answers.message).toContain('has its answer');
    expect(answers.hint).toContain('excludeSameAnswer');
    const unseen = refusal(
      [],
      select([problem('a')], [trace('t', { split: 'unseen' }), trace('u', { split: 'unseen' })]),
    );
    expect(unseen.message).toContain('strategies that training never shows');
    expect(unseen.hint).not.toContain('restrictToType');
  });

  it('all judgements failed: gives the reasons with counts, the commonest first', () => {
    const pairs = select([problem('a'), problem('b')], [trace('t'), trace('u')]);
    const failed = (traceId: string, reason: string): Label => ({
      problemId: 'a',
      traceId,
      judge: 'j',
      key: traceId,
      failed: reason,
    });
    const { message, hint } = refusal(
      [failed('t', 'x'), failed('u', 'no answer from the server'), failed('v', 'no answer from the server')],
      pairs,
    );
    expect(message).toContain('2 pairs failed: no answer from the server; 1 pairs failed: x');
    expect(hint).toContain('could be judged');
    expect(hint).not.toContain('restrictToType');
  });

  it('all denied, or one problem only', () => {
    const deny = (problems: Problem[]) => {
      const pairs = select(problems, [trace('t', { truth: 'y' }), trace('u', { truth: 'y' })]);
      return refusal(judgeByTruth(pairs.queries), pairs);
    };
    const two = deny([problem('a', { truth: 'x' }), problem('b', { truth: 'x' })]);
    expect(two.message).toContain('4 pairs were judged, and none is relevant');
    expect(deny([problem('a', { truth: 'x' })]).hint).toContain('One problem');
  });

  it('one relevant pair is enough to go on', () => {
    const pairs = select([problem('a', { truth: 'x' })], [trace('t', { truth: 'x' }), trace('u')]);
    expect(() => refuseUnusableLabels(judgeByTruth(pairs.queries), pairs, settings)).not.toThrow();
  });
});

it('skipped problems are told by reason, with counts', () => {
  const problems = [problem('a'), problem('b', { type: 'sum' }), problem('c', { type: 'sum' })];
  expect(skippedText(select(problems, [trace('t'), trace('u')]))).toEqual([
    'labels: 2 of 3 problems cannot be judged',
    '  2: the corpus has no trace of type sum, and a comparison needs two',
  ]);
  expect(skippedText(select([problem('a')], [trace('t'), trace('u')]))).toEqual([]);
});

it('labels that all say yes are told, whatever failed; those that differ are not', () => {
  const label = (relevant: boolean): Label => ({ problemId: 'a', traceId: 't', judge: 'truth', key: 'k', relevant });
  const failed: Label = { problemId: 'a', traceId: 'u', judge: 'llm', key: 'k', failed: 'no answer' };
  expect(oneSidedText([label(true), failed, label(true)])).toContain('all 2 labelled pairs are relevant');
  for (const labels of [[], [failed], [label(true), label(false)]]) expect(oneSidedText(labels)).toBeUndefined();
});
