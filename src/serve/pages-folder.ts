/** Where the built pages are: beside this module in the package, in dist/ of a checkout whose sources run. */
import { fileURLToPath } from 'node:url';
import { exists } from '../core/missing.js';

/** Undefined in a checkout that was never built. */
export async function pagesFolder(): Promise<string | undefined> {
  for (const place of ['../ui', '../../dist/ui']) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (await exists(`${folder}/index.html`)) return folder;
  }
  return undefined;
}
