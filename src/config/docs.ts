/** The configuration explained: docs/config.md and the text of `--help`, both made from the schema. */
import { stringify } from 'yaml';
import { configKeys, type KeyFacts } from './describe.js';
import { presets } from './presets.js';

/** docs/config.md. */
export function configDocsMarkdown(): string {
  const parts = [
    '# Configuration',
    '',
    '<!-- Generated from src/config/schema.ts by `npm run docs`. Do not edit. -->',
    '',
    'A run is described by one YAML file (`ra-rft run --config FILE`). Values come from, later ones winning: the defaults below, a preset (`--preset NAME`), the file, `--set key=value` (as often as wanted; lists and sections in YAML, as in `--set \'generation.stop=["}"]\'`). Sections and maps are merged key by key; lists, and mixes by shares (`warmup.traces`), replace those of an earlier source.',
    'Without file and preset, `ra-rft run` takes the preset `demo`. `ra-rft init` writes a file with the keys that are set first (`--all`: every key), each explained; `ra-rft run --dry-run` prints the resolved configuration and runs nothing. Unknown keys and wrong values are refused with their line. Paths in a file are meant against the folder of that file.',
    '',
    'A run folder may go on with other values (`ra-rft run --name NAME --set key=value`). What no finished stage depends on changes at once: another arm, one less, more `rl.steps`, keys of stages that have not run, keys that say how work is done, other paths to the same files. Anything else is refused with the stages that would run again and the keys that did it; `--again` lets them. The folder keeps the new values.',
    '',
    ...presetLines(),
    ...topLines(),
  ];
  for (const section of configKeys().filter((key) => key.kind !== 'value' && key.description !== '')) {
    const children = configKeys().filter((key) => key.kind === 'value' && parentOf(key.path) === section.path);
    if (children.length === 0) continue;
    parts.push(`## ${section.path.replace('[]', '')}`, '', section.description, '');
    const itemPrefix = section.kind === 'list' ? `${section.path}[]` : section.path;
    parts.push(...table(children, itemPrefix));
    if (section.kind === 'list') parts.push('Default:', '', '```yaml', stringify(section.default).trimEnd(), '```', '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

/** All keys with a line each, for `ra-rft run --help`. */
export function configHelp(): string {
  const lines = configKeys()
    .filter((key) => key.kind === 'value')
    .map((key) => {
      const facts = [key.allowed, key.unit, defaultText(key)].filter((text) => text !== undefined && text !== '');
      return `  ${key.path}\n      ${key.description} (${facts.join(', ')})`;
    });
  const presetTexts = Object.entries(presets).map(([name, { about }]) => `  ${name}: ${about}`);
  return ['Presets (--preset NAME):', ...presetTexts, '', 'Keys (in a YAML file, or --set key=value):', ...lines].join(
    '\n',
  );
}

function presetLines(): string[] {
  const lines = ['## Presets', ''];
  for (const [name, { about, values }] of Object.entries(presets)) {
    lines.push(
      `\`${name}\`: ${about}`,
      '',
      '```yaml',
      stringify(values, { aliasDuplicateObjects: false }).trimEnd(),
      '```',
      '',
    );
  }
  return lines;
}

function topLines(): string[] {
  const top = configKeys().filter((key) => key.kind === 'value' && parentOf(key.path) === '');
  return ['## Top level', '', ...table(top, '')];
}

function table(keys: readonly KeyFacts[], prefix: string): string[] {
  const rows = keys.map((key) => {
    const name = prefix === '' ? key.path : key.path.slice(prefix.length + 1);
    return `| \`${name}\` | ${cell(key.allowed)} | ${cell(key.unit ?? '')} | ${code(defaultText(key))} | ${cell(key.description)} |`;
  });
  return ['| key | allowed | unit | default | meaning |', '| --- | --- | --- | --- | --- |', ...rows, ''];
}

/** The section of a key: `arms` for `arms[].name`. */
function parentOf(path: string): string {
  return path.split('.').slice(0, -1).join('.').replace(/\[\]$/, '');
}

function defaultText(key: KeyFacts): string {
  if (key.inherits !== undefined) return `default ${key.inherits}`;
  return key.default === undefined ? '' : `default ${JSON.stringify(key.default)}`;
}

function code(text: string): string {
  return text === '' ? 'must be given' : `\`${text.replace(/^default /, '').replaceAll('|', '\\|')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
