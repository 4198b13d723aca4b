/** Configurations as YAML: the resolved one kept by a run, and the commented one of `ra-rft init`. */
import { stringify } from 'yaml';
import { configKeys, type KeyFacts } from './describe.js';
import { presetValues } from './presets.js';
import type { Config } from './schema.js';

/** The resolved configuration, every key in the order of the schema. */
export function configToYaml(config: Config): string {
  return `# Resolved configuration of this run, as of its newest attempt. Change values with ra-rft run --name NAME --set key=value (docs/config.md).\n${stringify(config, { lineWidth: 0 })}`;
}

/** Values that a new file should set, over the defaults. */
export interface InitOptions {
  preset?: string;
  /** Values written as active lines, by dotted path (`data.source: files`). */
  values?: Readonly<Record<string, unknown>>;
  /** Comments above keys, beside what the schema says of them, by dotted path. */
  notes?: Readonly<Record<string, string>>;
  /** Every key; without it those that people set first, beside those of `values` and `preset`. */
  all?: boolean;
}

/** What people set first: data, model, reward, judge, budget, arms. The rest is in docs/config.md. */
export const startKeys: readonly string[] = [
  'name',
  'seed',
  'model.path',
  'data.problems.path',
  'data.problems.preset',
  'data.corpus.path',
  'data.tests.path',
  'data.testShare',
  'prompt.maxPromptTokens',
  'generation.maxTokens',
  'reward',
  'warmup.steps',
  'llm.baseUrl',
  'llm.model',
  'labels.judge',
  'labels.maxQueries',
  'retriever.steps',
  'rl.recipe',
  'rl.steps',
  'rl.promptsPerStep',
  'rl.groupSize',
  'rl.learningRate',
  'arms',
  'eval.k',
  'eval.everySteps',
];

/**
 * A file with the keys that people set first (or all), their meaning, what is allowed and the default. Lines with the default are
 * commented out, so that the file says only what it changes.
 */
export function commentedConfigYaml(options: InitOptions = {}): string {
  const set = new Map<string, unknown>();
  if (options.preset !== undefined) collect(presetValues(options.preset), '', set);
  for (const [path, value] of Object.entries(options.values ?? {})) set.set(path, value);
  const lines = [
    '# Configuration of a run: ra-rft run --config FILE',
    '# Lines that are commented out show the default; remove the "# " to change one.',
    options.all === true
      ? '# docs/config.md has the same as a table.'
      : '# These are the keys that are set first; docs/config.md has all of them, and ra-rft init --all writes them.',
  ];
  const written = (path: string) => options.all === true || startKeys.includes(path) || set.has(path);
  const keys = configKeys().filter(({ path }) => !/\[\]|\{/.test(path)); // those stand with their list or map
  const shown = keys.filter(({ path, kind }) =>
    kind === 'section'
      ? keys.some((key) => key.path.startsWith(`${path}.`) && key.kind !== 'section' && written(key.path))
      : written(path),
  );
  for (const key of shown) {
    const depth = key.path.split('.').length - 1;
    const indent = '  '.repeat(depth);
    const name = key.path.split('.').at(-1)!;
    if (depth === 0) lines.push('');
    if (key.description !== '') lines.push(...wrapped(commentOf(key), `${indent}# `));
    const note = options.notes?.[key.path];
    if (note !== undefined) lines.push(...wrapped(note, `${indent}# `));
    if (key.kind === 'section') lines.push(`${indent}${name}:`);
    else lines.push(...valueLines(key, name, indent, set));
  }
  return `${lines.join('\n')}\n`;
}

function valueLines(key: KeyFacts, name: string, indent: string, set: ReadonlyMap<string, unknown>): string[] {
  const active = set.has(key.path);
  const value = active ? set.get(key.path) : key.default;
  // A list of plain values stays on the line of its key, so that taking the mark away is enough.
  const plain = Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object');
  const text = plain ? `${name}: ${JSON.stringify(value)}` : stringify({ [name]: value }, { lineWidth: 0 }).trimEnd();
  return text.split('\n').map((line) => `${indent}${active ? '' : '# '}${line}`);
}

function commentOf(key: KeyFacts): string {
  if (key.kind === 'section') return key.description;
  return `${key.description} (${key.allowed}${key.unit === undefined ? '' : `, ${key.unit}`})`;
}

/** Breaks a comment into lines of at most 118 letters. */
function wrapped(text: string, prefix: string): string[] {
  const lines: string[] = [];
  let line = prefix.trimEnd();
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > 118) {
      lines.push(line);
      line = prefix.trimEnd();
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function collect(values: object, path: string, into: Map<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) collect(value as object, here, into);
    else into.set(here, value);
  }
}
