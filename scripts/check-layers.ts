/** Imports point downwards only, and there is no cycle. Prints every breach with its line; exit code 1 if there is one. */
import { pathToFileURL } from 'node:url';
import { importsOf, sourceFiles, type ImportEdge, type SourceFile } from './source-files.js';

/** From bottom to top: a folder may import those before it. */
export const layers = [
  'core',
  'config',
  'runs',
  'data',
  'verify',
  'worlds',
  'llm',
  'tinker',
  'tensor',
  'models',
  'optim',
  'engine',
  'corpus',
  'judge',
  'retriever',
  'train',
  'rl',
  'supervised',
  'distil',
  'eval',
  'pretrain',
  'pipeline',
  'report',
  'export',
  'experiment',
  'serve',
  'agents',
  'cli',
] as const;

/** What breaks the rules, one text each. */
export function layerBreaches(files: readonly SourceFile[]): string[] {
  const edges = files.flatMap(importsOf);
  return [...unknownFolders(files), ...upwardImports(edges), ...testImports(edges), ...cycles(edges)];
}

/**
 * A part's keys stand beside its code in `keys.ts`, and config/schema.ts puts them together: such a file belongs to config, and may
 * import no more than config may.
 */
const keys = /^src\/.*\/keys\.ts$/;

function layerOf(path: string): number | undefined {
  if (keys.test(path)) return layers.indexOf('config');
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  if (folder === undefined) return path.startsWith('src/') ? layers.length : undefined; // src/index.ts stands above all
  const at = (layers as readonly string[]).indexOf(folder);
  return at < 0 ? undefined : at;
}

function unknownFolders(files: readonly SourceFile[]): string[] {
  const unknown = new Set(
    files.flatMap(({ path }) => (layerOf(path) === undefined ? [path.split('/')[1] ?? path] : [])),
  );
  return [...unknown].map(
    (folder) => `src/${folder}: no layer of that name; add it to the list in scripts/check-layers.ts`,
  );
}

function upwardImports(edges: readonly ImportEdge[]): string[] {
  return edges.flatMap(({ from, to, line }) => {
    const [low, high] = [layerOf(from), layerOf(to)];
    if (low === undefined || high === undefined || high <= low) return [];
    return [`${from}:${line}: imports ${to}, which is above it (${layers[low] ?? 'src'} < ${layers[high] ?? 'src'})`];
  });
}

/** What ships must not need what is left out of the package. */
function testImports(edges: readonly ImportEdge[]): string[] {
  return edges
    .filter(({ from, to }) => isTest(to) && !isTest(from))
    .map(({ from, to, line }) => `${from}:${line}: imports ${to}, which is test code`);
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || /\/testing(\/|\.ts$)/.test(path);
}

/** Cycles between shipped files, types counted as well; each reported once from its alphabetically first file. */
function cycles(edges: readonly ImportEdge[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (!isTest(from)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const found: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const to of next.get(file) ?? []) visit(to);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of [...next.keys()].toSorted()) visit(file);
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = sourceFiles('.', ['src']);
  const breaches = layerBreaches(files);
  for (const breach of breaches) console.error(breach);
  console.log(`layers: ${files.length} files, ${breaches.length} breaches`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
