/** A page in the user's own browser. */
import open from 'open';

/** Does nothing where there is no browser: the address stands on the terminal. */
export async function openPage(url: string): Promise<void> {
  const browser = await open(url).catch(() => undefined);
  browser?.on('error', () => {});
}
