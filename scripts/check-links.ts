/** Every relative link of the Markdown pages leads to a file that exists. Exit code 1 if one does not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Targets of relative links in a page, without anchors; code is no link. */
export function relativeLinks(markdown: string): string[] {
  const text = markdown.replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

function pages(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let broken = 0;
  const all = ['.', 'docs', 'examples', 'bench'].flatMap(pages);
  for (const page of all) {
    for (const target of relativeLinks(readFileSync(page, 'utf8'))) {
      if (existsSync(join(dirname(page), target))) continue;
      broken++;
      console.error(`${page}: the link to ${target} leads nowhere`);
    }
  }
  console.log(`links: ${all.length} pages, ${broken} broken links`);
  process.exitCode = broken > 0 ? 1 : 0;
}
