/** The project's own TypeScript files and what they import from each other: ground of the structural checks. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** A source file, by its path relative to the repository with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

const skipped = new Set(['node_modules', 'dist', '.git', '.cache', 'coverage']);

/** Every TypeScript file under some folders of the repository. */
export function sourceFiles(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => walk(root, folder));
}

function walk(root: string, folder: string): SourceFile[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (skipped.has(entry.name)) return [];
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return walk(root, path);
      return /\.tsx?$/.test(entry.name) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : [];
    });
}

/** An import between two files of the project, with the line it stands in. */
export interface ImportEdge {
  from: string;
  to: string;
  line: number;
}

const specifier = /(?:\bfrom\s+|\bimport\s+|\bimport\s*\(\s*|\bnew URL\(\s*)(['"])(\.{1,2}\/[^'"]+)\1/g;

/** Relative imports of a file: static, type-only, dynamic, and modules started as workers (`new URL('./x.js', ...)`). */
export function importsOf(file: SourceFile): ImportEdge[] {
  const text = withoutComments(file.text);
  return [...text.matchAll(specifier)].flatMap((match) => {
    const target = match[2] ?? '';
    if (!/\.(js|ts)$/.test(target)) return [];
    const to = relative('.', resolve(dirname(file.path), target))
      .replaceAll('\\', '/')
      .replace(/\.js$/, '.ts');
    return [{ from: file.path, to, line: text.slice(0, match.index).split('\n').length }];
  });
}

/** Comments blanked out, line breaks kept, so that lines still count. Strings are left as they are. */
export function withoutComments(text: string): string {
  return text.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) =>
    part.startsWith('/') ? part.replace(/[^\n]/g, ' ') : part,
  );
}
