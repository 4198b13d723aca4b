import { expect, it } from 'vitest';
import { closeAll, openWhole } from './closing.js';

/** Parts that write down when they are closed. */
function parts() {
  const closed: string[] = [];
  const file = { close: () => void closed.push('file') };
  const session = { dispose: async () => void closed.push('session') };
  const lock = { release: () => void closed.push('lock') };
  return { closed, file, session, lock };
}

it('closes every part, whatever fails, and says what failed first', async () => {
  const { closed, file, session, lock } = parts();
  const broken = { close: () => Promise.reject(new Error('full disk')) };
  const worse = {
    dispose: () => {
      throw new Error('second');
    },
  };
  const neverOpened = Promise.reject<typeof session>(new Error('told to its caller'));
  await expect(closeAll([file, undefined, broken, neverOpened, Promise.resolve(session), worse, lock])).rejects.toThrow(
    'full disk',
  );
  expect(closed).toEqual(['file', 'session', 'lock']);
  await closeAll([Promise.reject<typeof session>(new Error('told to its caller'))]);
});

it('keeps what was opened whole', async () => {
  const { closed, file, lock } = parts();
  const whole = await openWhole((own) => Promise.resolve([own(file), own(lock)]));
  expect(whole).toEqual([file, lock]);
  expect(closed).toEqual([]);
});

it('closes what is open where the rest fails, the last first, and throws why', async () => {
  const { closed, file, session, lock } = parts();
  const opening = openWhole(async (own) => {
    own(lock);
    own(file);
    own({ close: () => Promise.reject(new Error('closing')) });
    own(session);
    await Promise.resolve();
    throw new Error('opening');
  });
  await expect(opening).rejects.toThrow('opening');
  expect(closed).toEqual(['session', 'file', 'lock']);
});
