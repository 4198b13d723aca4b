/** Writes the generated pages of docs/. With --check writes nothing and fails where one is out of date. */
import { readFile } from 'node:fs/promises';
import { configDocsMarkdown } from '../src/config/index.js';
import { errorDocsMarkdown, writeFileAtomic } from '../src/core/index.js';
import { glossaryMarkdown } from './glossary-page.js';
import { scaleMarkdown } from './scale-page.js';

const pages: Readonly<Record<string, () => string>> = {
  'docs/config.md': configDocsMarkdown,
  'docs/errors.md': errorDocsMarkdown,
  'docs/glossary.md': glossaryMarkdown,
  'docs/scale.md': scaleMarkdown,
};

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, make] of Object.entries(pages)) {
  const text = make();
  const old = await readFile(path, 'utf8').catch(() => undefined);
  if (old === text) continue;
  stale++;
  if (check) console.error(`${path} is out of date; run: npm run docs`);
  else await writeFileAtomic(path, text);
}
console.log(`docs: ${Object.keys(pages).length} generated pages, ${stale} ${check ? 'out of date' : 'written'}`);
if (check && stale > 0) process.exitCode = 1;
