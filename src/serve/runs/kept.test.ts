import { expect, it } from 'vitest';
import { Kept } from './kept.js';

const opening = (log: string[]) => (name: string) => () => {
  log.push(`open ${name}`);
  return Promise.resolve(name);
};

it('opens once, closes the one that was used longest ago, and only after its uses', async () => {
  const log: string[] = [];
  const open = opening(log);
  const kept = new Kept<string>(2, (name) => Promise.resolve(void log.push(`close ${name}`)));
  expect(await kept.use('a', open('a'), (value) => value)).toBe('a');
  await kept.use('b', open('b'), () => undefined);
  let finish = (): void => undefined;
  const slow = kept.use('a', open('again'), () => new Promise<void>((done) => (finish = done)));
  await kept.use('c', open('c'), () => undefined); // b goes: a was used since
  await kept.use('d', open('d'), () => undefined); // a goes, but is still in use
  await new Promise((done) => setTimeout(done, 5));
  expect(log.toSorted()).toEqual(['close b', 'open a', 'open b', 'open c', 'open d']);
  finish();
  await slow;
  await kept.close();
  expect(log.slice(5).toSorted()).toEqual(['close a', 'close c', 'close d']);
});

it('tries again what could not be opened', async () => {
  const kept = new Kept<string>(2);
  await expect(kept.use('a', () => Promise.reject(new Error('not yet')), String)).rejects.toThrow('not yet');
  expect(await kept.use('a', () => Promise.resolve('there'), String)).toBe('there');
});

it('stops what is being opened when it closes', async () => {
  const kept = new Kept<string>(2);
  const opened = kept.use(
    'a',
    (signal) =>
      new Promise<string>((_, failed) => signal.addEventListener('abort', () => failed(signal.reason as Error))),
    String,
  );
  await Promise.all([expect(opened).rejects.toThrow('the server is ending'), kept.close()]);
});
