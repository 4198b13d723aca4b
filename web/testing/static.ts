/** The host of static files for one test. */
import { onTestFinished } from 'vitest';
import { startStaticHost } from './static-host.js';

/** Address of the folder's index.html; the server ends with its test. */
export async function staticHost(folder: string): Promise<string> {
  const host = await startStaticHost(folder);
  onTestFinished(() => host.close());
  return host.url;
}
