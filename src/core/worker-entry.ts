/** How the module of a worker is started: compiled code as it is, TypeScript sources through tsx. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What `new Worker()` takes for the module at `url`, whose `.js` stands for a `.ts` where the sources run. Tests have their own. */
export function workerEntry(url: URL): URL {
  if (!import.meta.url.endsWith('.ts')) return url;
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace('.cjs', '.mjs'),
  ).href;
  const source = url.href.replace(/\.js$/, '.ts');
  const code = `import { register } from ${JSON.stringify(tsx)}; register(); await import(${JSON.stringify(source)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
