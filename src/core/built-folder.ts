/** What is built beside the compiled modules: pages for browsers. */
import { fileURLToPath } from 'node:url';
import { exists } from './missing.js';

/** The folder dist/NAME, in the package and in a checkout whose sources run; undefined where no page was built into it. */
export async function builtFolder(name: string): Promise<string | undefined> {
  for (const place of [`../${name}`, `../../dist/${name}`]) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (await exists(`${folder}/index.html`)) return folder;
  }
  return undefined;
}
