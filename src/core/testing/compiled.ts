/** The repository as JavaScript: what workers and processes of tests start from, in a third of the time that tsx needs. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder in which test/support/compile.ts has compiled the sources, laid out as the repository is. */
    compiled: string;
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The compiled file of a TypeScript source of this repository, named with `.ts` or `.js`. */
export function compiled(source: URL): string {
  return join(inject('compiled'), relative(root, fileURLToPath(source)).replace(/\.ts$/, '.js'));
}
