/**
 * The page of the demo. It runs the project's own modules; what they take from Node comes from the files in browser/, and nothing else
 * of Node may be left in what is built.
 */
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Modules that stand in for those of Node. */
const standIns: Readonly<Record<string, string>> = {
  'node:crypto': here('browser/crypto.ts'),
  'node:fs/promises': here('browser/files.ts'),
  'node:path': here('browser/path.ts'),
  'node:zlib': here('browser/zlib.ts'),
};

const isOfNode = (id: string) => id.startsWith('node:') || isBuiltin(id);

function withoutNode(): Plugin {
  return {
    name: 'without-node',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id in standIns) return standIns[id];
      if (id === './onnx-runtime.js' && importer?.includes('/src/tensor/')) return here('browser/onnx-runtime.ts');
      // What only unused functions import goes with them; if any of it is left, the build fails below.
      return isOfNode(id) ? { id, external: true, moduleSideEffects: false } : undefined;
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const imported = [...chunk.code.matchAll(/\b(?:from|import)\s*\(?\s*["'`]([\w:/]+)["'`]/g)].map(
          ([, id]) => id!,
        );
        const left = imported.filter(isOfNode);
        if (left.length > 0) this.error(`${chunk.fileName} would import ${left.join(', ')} in a browser`);
      }
    },
  };
}

/** Modules that are used in part import what stand-ins lack, for functions that go away with it. */
const rolldownOptions: BuildEnvironmentOptions['rolldownOptions'] = {
  shimMissingExports: true,
  checks: { pluginTimings: false },
  onLog: (level, log, tell) => {
    if (log.code !== 'SHIMMED_EXPORT') tell(level, log);
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: './', // from any folder of any host
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [withoutNode()],
  worker: { format: 'es', plugins: () => [withoutNode()], rolldownOptions },
  build: {
    outDir: here('../../dist/demo'),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    rolldownOptions,
  },
});
