/** The package's own version. */
import { createRequire } from 'node:module';

/** Version in package.json, which stands two folders up from src/cli and from dist/cli. */
export function packageVersion(): string {
  const read = createRequire(import.meta.url);
  return (read('../../package.json') as { version: string }).version;
}
