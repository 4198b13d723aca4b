/**
 * The page of the demo. It runs the project's own modules; what they take from Node comes from the files in browser/, and nothing else
 * of Node may be left in what is built.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Modules that stand in for those of Node. */
const standIns: Readonly<Record<string, string>> = {
  'node:crypto': here('browser/crypto.ts'),
  'node:fs/promises': here('browser/files.ts'),
  'node:path': here('browser/path.ts'),
  'node:zlib': here('browser/zlib.ts'),
};

function withoutNode(): Plugin {
  return {
    name: 'without-node',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id in standIns) return standIns[id];
      if (id === './onnx-runtime.js' && importer?.includes('/src/tensor/')) return here('browser/onnx-runtime.ts');
      // What only unused functions import goes with them; if any of it is left, the build fails below.
      return id.startsWith('node:') ? { id, external: true, moduleSideEffects: false } : undefined;
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const left = [...chunk.imports, ...chunk.dynamicImports].filter((id) => id.startsWith('node:'));
        if (left.length > 0) this.error(`${chunk.fileName} would import ${left.join(', ')} in a browser`);
      }
    },
  };
}

export default defineConfig({
  root: here('.'),
  base: './', // from any folder of any host
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [withoutNode()],
  worker: {
    format: 'es',
    plugins: () => [withoutNode()],
    // Unused functions of modules that are used here write files.
    rolldownOptions: { shimMissingExports: true },
  },
  build: {
    outDir: here('../../dist/demo'),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    rolldownOptions: { shimMissingExports: true },
  },
});
