import { describe, expect, it } from 'vitest';
import { readQuestion } from './reading.js';
import { makeWorld } from './world.js';

const world = makeWorld({ seed: 4, trainProblems: 400 });
const read = (question: string) => readQuestion(question, world.rules);

describe('readQuestion', () => {
  it('finds numbers, strategy, rule and answer of every problem of a world', () => {
    const { problems, corpus, tests } = world.drafts;
    for (const draft of [...problems, ...corpus, ...tests]) {
      const { question, triple, strategy, rule, answer } = draft;
      expect(read(question), question).toEqual({ triple, strategy, answer, ...(rule && { rule }) });
    }
  });

  it('follows what a person changes', () => {
    const rule = world.rules.find((one) => one.strategy.id === 'front*+')!;
    expect(read(`3 hats, 4 caps and 5 pins. Use the ${rule.aliases[1].toUpperCase()} custom!`)).toMatchObject({
      triple: [3, 4, 5],
      rule,
      answer: '17',
    });
    expect(read('Take 120, 2 and 10. add the last two, then Multiply by the first.')?.answer).toBe('1440');
  });

  it('gives no answer to what asks for none, for two things, or has other numbers than three', () => {
    const [one, other] = world.rules;
    expect(read('3 hats, 4 caps and 5 pins. What is the result?')).toBeUndefined();
    expect(read(`3, 4, 5: the ${one!.aliases[0]} rule or the ${other!.aliases[0]} rule?`)).toBeUndefined();
    expect(read(`3, 4, 5: the ${one!.aliases[0]} rule. Add the last two, then multiply by the first.`)).toBeUndefined();
    expect(read(`3 and 4. The ${one!.aliases[0]} rule applies here.`)).toBeUndefined();
    expect(read(`3, 4, 5 and 6. The ${one!.aliases[0]} rule applies here.`)).toBeUndefined();
    expect(read('')).toBeUndefined();
  });
});
