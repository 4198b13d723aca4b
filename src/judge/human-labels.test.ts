import { expect, it } from 'vitest';
import { answersOf } from './audit.js';
import { standingAnswers, type HumanLabel } from './human-labels.js';

const line = (who: string, key: string, relevant: boolean | null, undone?: true): HumanLabel => ({
  problemId: `p${key}`,
  traceId: `t${key}`,
  judge: 'person',
  key,
  relevant,
  who,
  time: '2026-01-01T00:00:00.000Z',
  ...(undone && { undone }),
});

it('the last line of a person on a pair counts, unless it takes the answer back', () => {
  const lines = [
    line('ada', '1', true),
    line('ada', '2', false),
    line('bob', '1', false),
    line('ada', '1', false),
    line('ada', '2', null, true),
  ];
  expect(standingAnswers(lines).map(({ who, key, relevant }) => [who, key, relevant])).toEqual([
    ['bob', '1', false],
    ['ada', '1', false],
  ]);
  expect(standingAnswers(lines, 'ada')).toHaveLength(1);
  expect(standingAnswers([...lines, line('ada', '2', true)], 'ada')).toHaveLength(2);
});

it('who cannot tell has said nothing', () => {
  expect(answersOf(standingAnswers([line('ada', '1', null), line('ada', '2', true)]))).toMatchObject([
    { problemId: 'p2', relevant: true },
  ]);
});
