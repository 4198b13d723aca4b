/** Every row of the futures table, as a pure function. */
import { describe, expect, test } from 'vitest';
import { pollStep, type PollStep } from './poll-step.js';

const answer = (
  status: number,
  body: unknown,
  headers: { contentType?: string; retryAfter?: string } = {},
): PollStep => {
  const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  const { contentType = 'application/json', retryAfter = null } = headers;
  return pollStep({ status, contentType, retryAfter, bytes, text: () => new TextDecoder().decode(bytes) }, 0);
};
const detail = (text: string) => ({ detail: text });
const broken = (reached: boolean, late: boolean) => pollStep({ kind: 'broken', reason: 'r', reached, late }, 0);

describe('there is a result', () => {
  test('protobuf, and JSON that is none of the states', () => {
    expect(answer(200, 'xyz', { contentType: 'application/x-protobuf' })).toMatchObject({ kind: 'result' });
    expect(answer(200, 'xyz', { contentType: 'application/protobuf; v=1' })).toMatchObject({ kind: 'result' });
    expect(answer(200, { path: null, type: 'save_weights' })).toMatchObject({ kind: 'result' });
    expect(answer(202, { metrics: {} })).toMatchObject({ kind: 'result' });
  });

  test('one that is announced, with its size', () => {
    expect(answer(200, { status: 'complete_metadata', response_payload_size: 7 })).toEqual({
      kind: 'announced',
      bytes: 7,
    });
    expect(answer(200, { status: 'complete_metadata' })).toEqual({ kind: 'announced', bytes: 0 });
  });
});

test.each<[string, PollStep]>([
  ['try_again', answer(200, { type: 'try_again', request_id: '1', queue_state: 'active' })],
  ['try_again, paused', answer(200, { type: 'try_again', request_id: '1', queue_state: 'paused_capacity' })],
  ['408', answer(408, detail('Timeout waiting for result'))],
  ['408 without a body', answer(408, '')],
  ['425', answer(425, detail('Checkpoint is still being created'))],
  ['a question that was taken and not answered in time', broken(true, true)],
])('there is none yet: %s', (_what, step) => expect(step.kind).toBe('pending'));

test.each<[string, PollStep]>([
  ['500', answer(500, 'Internal Server Error', { contentType: 'text/plain' })],
  ['501', answer(501, '')],
  ['a bare 400', answer(400, '<html>Bad Request</html>')],
  ['cut JSON', answer(200, '{"sequences": [')],
  ['nothing', answer(200, '')],
  ['a list', answer(200, [])],
])('something is wrong there, which may pass: %s', (_what, step) => expect(step.kind).toBe('fault'));

test.each<[string, PollStep]>([
  ['429', answer(429, '')],
  ['502', answer(502, '')],
  ['503', answer(503, '')],
  ['504', answer(504, '')],
  ['no connection', broken(false, false)],
  ['a connection that was cut', broken(true, false)],
])('nobody is there: %s', (_what, step) => expect(step.kind).toBe('away'));

test('Retry-After is heeded', () => {
  expect(answer(429, '', { retryAfter: '2' })).toMatchObject({ kind: 'away', waitMs: 2000 });
});

test('402 has to be paid', () => expect(answer(402, '')).toMatchObject({ kind: 'unpaid', error: { kind: 'billing' } }));

test.each<[string, PollStep, object]>([
  [
    'a failure of SkyRL',
    answer(400, detail('loss gspo is not supported')),
    { kind: 'failed', message: expect.stringContaining('gspo') as string },
  ],
  [
    'a failure of the hosted service',
    answer(200, { error: 'boom', category: 'user' }),
    { kind: 'failed', message: expect.stringContaining('boom (user)') as string },
  ],
  ['a failure of TuFT', answer(422, detail('Future failed: out of memory')), { kind: 'failed', status: 422 }],
  [
    'a failure of TuFT that looks like a question held',
    answer(408, detail('Failed to retrieve future: Timeout when waiting for sequence ID 3.')),
    { kind: 'failed' },
  ],
  [
    'a failure of TuFT that looks like a busy server',
    answer(503, detail('Failed to retrieve future: no GPU')),
    { kind: 'failed' },
  ],
  [
    'a failure of TuFT that looks like a lost result',
    answer(404, detail('Failed to retrieve future: Loss function x not found.')),
    { kind: 'failed' },
  ],
  [
    'a result that TuFT does not have',
    answer(404, detail('Failed to retrieve future: Future with request ID 3 not found.')),
    { kind: 'lost' },
  ],
  [
    'a TuFT that started anew',
    answer(410, detail('Failed to retrieve future: Future with request ID 3 was cancelled: restarted')),
    { kind: 'lost', status: 410 },
  ],
  ['a model that is not loaded', answer(400, detail('Model model_1 not loaded')), { kind: 'lost' }],
  ['an unknown result', answer(404, detail('Future not found')), { kind: 'lost' }],
  ['an address without a server behind it', answer(404, detail('Not Found')), { kind: 'refused', status: 404 }],
  ['410', answer(410, ''), { kind: 'lost', status: 410 }],
  ['401', answer(401, detail('Missing API key')), { kind: 'unauthorized' }],
  ['403', answer(403, ''), { kind: 'unauthorized' }],
  [
    '422',
    answer(422, { detail: [{ loc: ['body', 'request_id'], msg: 'Field required' }] }),
    { kind: 'refused', message: 'status 422: body.request_id: Field required' },
  ],
  ['418', answer(418, ''), { kind: 'refused' }],
  ['a redirect', answer(302, ''), { kind: 'refused', message: expect.stringContaining('redirect') as string }],
])('there will be none: %s', (_what, step, error) => expect(step).toMatchObject({ kind: 'error', error }));
