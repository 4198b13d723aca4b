/** Files of Python come with the package, beside the embedded model. */
import { fileURLToPath } from 'node:url';

export function assetPath(name: string): string {
  return fileURLToPath(new URL(`../../assets/export/${name}`, import.meta.url));
}
