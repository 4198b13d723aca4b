/** Where the built pages are. */
import { builtFolder } from '../core/built-folder.js';

/** Undefined in a checkout that was never built. */
export function pagesFolder(): Promise<string | undefined> {
  return builtFolder('ui');
}
