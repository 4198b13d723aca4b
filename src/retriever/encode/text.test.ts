import { expect, it } from 'vitest';
import { queryText } from './text.js';

it('a query is its question, with its draft behind it only where that is asked for and there', () => {
  const query = { question: 'How many?', attempt: '3 + 4 = 7' };
  expect(queryText(query)).toBe('How many?');
  expect(queryText(query, 'question')).toBe('How many?');
  expect(queryText(query, 'question+attempt')).toBe('How many?\n3 + 4 = 7');
  expect(queryText({ question: 'How many?' }, 'question+attempt')).toBe('How many?');
  expect(queryText({ ...query, attempt: ' ' }, 'question+attempt')).toBe('How many?');
});
