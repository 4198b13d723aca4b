import { describe, expect, it } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { exitCodeOf, failureText } from './failure.js';

const error = new RaRftError({
  code: 'data',
  message: 'not valid JSON: {',
  where: 'p.jsonl:3',
  expected: 'one JSON object a line',
  hint: 'Mend or remove the line.',
  cause: new SyntaxError('Unexpected end'),
});

describe('failureText', () => {
  it('has a line each for what, where, expected and hint', () => {
    expect(failureText(error, false)).toBe(
      'error: not valid JSON: {\n  where:    p.jsonl:3\n  expected: one JSON object a line\n  hint:     Mend or remove the line.\n',
    );
  });

  it('leaves out what is not known', () => {
    expect(failureText(new RaRftError({ code: 'engine', message: 'm' }), false)).toBe('error: m\n');
  });

  it('adds the stack and the causes when verbose', () => {
    const text = failureText(error, true);
    expect(text).toContain('failure.test.ts');
    expect(text).toContain('  caused by: Unexpected end');
  });

  it('calls a bug a bug', () => {
    expect(failureText(new TypeError('x is not a function'), false)).toContain('--verbose');
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf(error)).toBe(4);
    expect(exitCodeOf(Object.assign(new Error('ENOSPC'), { syscall: 'write', code: 'ENOSPC' }))).toBe(8);
  });
});
