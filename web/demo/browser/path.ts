/** `node:path` for the page: paths are those of URLs. */

export function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function dirname(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
