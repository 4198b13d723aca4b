/** Things that are open (files, locks, sessions, threads): each is closed on every path, also where another one fails. */

/** Something that holds what the system has few of. */
export type Open = { close(): unknown } | { dispose(): unknown } | { release(): unknown };

/** Closes one after the other, all of them whatever fails; throws the first failure. Of one that never opened its caller was told. */
export async function closeAll(parts: Iterable<Open | undefined | Promise<Open | undefined>>): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts) {
    const opened = await Promise.resolve(part).catch(() => undefined);
    try {
      await close(opened);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Takes over a part as soon as it is open, and gives it back. */
export type Own = <P extends Open>(part: P) => P;

/** What takes over parts one by one, and closes them, the last first. */
export function ownedParts(): { own: Own; close(): Promise<void> } {
  const parts: Open[] = [];
  const own: Own = (part) => {
    parts.push(part);
    return part;
  };
  return { own, close: () => closeAll(parts.toReversed()) };
}

/** Opens something made of parts: where `work` throws, those that it has handed to `own` by then are closed, the last first. */
export async function openWhole<T>(work: (own: Own) => Promise<T>): Promise<T> {
  const parts = ownedParts();
  try {
    return await work(parts.own);
  } catch (error) {
    await parts.close().catch(() => undefined); // why it could not be opened says more
    throw error;
  }
}

async function close(part: Open | undefined): Promise<void> {
  if (!part) return;
  if ('close' in part) await part.close();
  else if ('dispose' in part) await part.dispose();
  else await part.release();
}
