import { expect, it } from 'vitest';
import { hubAccess, llmKeyFor } from './environment.js';

it('reads the Hub token and mirror, and nothing else', () => {
  expect(hubAccess({ HF_TOKEN: 't', HF_ENDPOINT: 'https://mirror', HOME: '/' })).toEqual({
    accessToken: 't',
    hubUrl: 'https://mirror',
  });
  expect(hubAccess({ HF_TOKEN: '' })).toEqual({});
});

it('a server over plain http may want no key; over https the variable must hold one', () => {
  const open = { baseUrl: 'http://localhost:8000/v1', apiKeyEnv: 'KEY' };
  const hosted = { baseUrl: 'https://api.example/v1', apiKeyEnv: 'KEY' };
  expect(llmKeyFor(open, {})).toBeUndefined();
  expect(llmKeyFor(open, { KEY: ' ' })).toBeUndefined();
  expect([llmKeyFor(open, { KEY: 'k' }), llmKeyFor(hosted, { KEY: 'k' })]).toEqual(['k', 'k']);
  expect(() => llmKeyFor(hosted, {})).toThrow(/KEY holds no key/);
  expect(llmKeyFor({ ...hosted, apiKeyEnv: null }, { KEY: 'k' })).toBeUndefined();
});
