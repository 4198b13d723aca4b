/** No source file over 400 lines. Prints the files that are; exit code 1 if there is one. */
import { pathToFileURL } from 'node:url';
import { sourceFiles, type SourceFile } from './source-files.js';

export const maxLines = 400;

/** Files over the limit, longest first. */
export function tooLong(files: readonly SourceFile[]): { path: string; lines: number }[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > maxLines)
    .toSorted((a, b) => b.lines - a.lines);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = sourceFiles('.', ['src', 'test', 'scripts', 'bench', 'examples', 'web']);
  const long = tooLong(files);
  for (const { path, lines } of long)
    console.error(`${path}: ${lines} lines, at most ${maxLines} are allowed; split it by idea`);
  console.log(`file size: ${files.length} files, ${long.length} over ${maxLines} lines`);
  process.exitCode = long.length > 0 ? 1 : 0;
}
