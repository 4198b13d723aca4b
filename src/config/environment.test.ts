import { expect, it } from 'vitest';
import { hubAccess } from './environment.js';

it('reads the Hub token and mirror, and nothing else', () => {
  expect(hubAccess({ HF_TOKEN: 't', HF_ENDPOINT: 'https://mirror', HOME: '/' })).toEqual({
    accessToken: 't',
    hubUrl: 'https://mirror',
  });
  expect(hubAccess({ HF_TOKEN: '' })).toEqual({});
});
