/** From defaults, preset, file and --set (later ones win) to one checked configuration, or an error that says where. */
import { resolve } from 'node:path';
import { checkConfig, dataSource } from './check.js';
import type { Finding } from './finding.js';
import { checkContextNames } from './check-retrievers.js';
import { fieldNamesOf } from './data-presets.js';
import { configKeys, findKey } from './describe.js';
import { configError, findingOf } from './findings.js';
import { defaultRetrievers } from '../retriever/keys.js';
import { locateKey, movedKeyWarnings, withMovedKeys } from './moved-keys.js';
import { configSchema, type Config, type DataFileConfig } from './schema.js';
import { fileSource, isSection, presetSource, setSource, type Source, type Values } from './sources.js';
import { unusedKeys } from './unused.js';

export interface ResolveOptions {
  /** YAML file. */
  file?: string | undefined;
  /** `key=value` texts, as of `--set`. */
  set?: readonly string[] | undefined;
  preset?: string | undefined;
}

/**
 * The resolved configuration. Paths become absolute, meant against the file (or working folder) that names them.
 * Throws `config` for unknown keys and wrong values, naming file and line, what is allowed and the nearest key.
 */
export function resolveConfig(options: ResolveOptions = {}): Config {
  const sources = sourcesOf(options);

  let merged: Values = {};
  for (const source of sources) merged = merge(merged, withMovedKeys(absolutePaths(source)), '');
  merged = withDefaultRetrievers(merged);
  const parsed = configSchema.safeParse(merged);
  const findings: Finding[] = parsed.success
    ? checkConfig(parsed.data)
    : [...parsed.error.issues.flatMap((issue) => findingOf(issue, merged)), ...checkContextNames(merged)];
  if (!parsed.success || findings.length > 0) throw configError(findings, (path) => locate(sources, path));
  return settled(parsed.data);
}

/** A sentence for each key of the file or of --set that has another place now, or is set and has no effect; `config` is what they resolve to. */
export function configWarnings(options: ResolveOptions, config: Config): string[] {
  const { preset: _, ...own } = options; // what a preset says is not the user's
  const sources = sourcesOf(own);
  return [...movedKeyWarnings(sources), ...unusedKeys(config, (path) => locate(sources, path))];
}

/** Those of {@link configWarnings} that hold whatever is run: keys that have another place now. */
export function movedKeys({ preset: _, ...own }: ResolveOptions): string[] {
  return movedKeyWarnings(sourcesOf(own));
}

function sourcesOf({ preset, file, set }: ResolveOptions): Source[] {
  return [
    ...(preset === undefined ? [] : [presetSource(preset)]),
    ...(file === undefined ? [] : [fileSource(file)]),
    ...(set && set.length > 0 ? [setSource(set)] : []),
  ];
}

/** Entries of a map stand beside the defaults; one of another kind than the default of its name replaces it whole. */
function withDefaultRetrievers(values: Values): Values {
  const own = values['retrievers'];
  if (!isSection(own)) return values;
  const entries = Object.entries<Values>(defaultRetrievers).map(([name, normal]) => {
    const entry = own[name];
    if (entry === undefined) return [name, normal];
    const changed = isSection(entry) && (entry['kind'] ?? normal['kind']) === normal['kind'];
    return [name, changed ? { ...normal, ...entry } : entry];
  });
  const added = Object.entries(own).filter(([name]) => !Object.hasOwn(defaultRetrievers, name));
  return { ...values, retrievers: Object.fromEntries([...entries, ...added]) };
}

/** With what follows from other keys in their place, so that the file of a run says what is read. */
function settled(config: Config): Config {
  const { data } = config;
  const named = (file: DataFileConfig) => ({ ...file, fields: fieldNamesOf(file.preset, file.fields) });
  const files = { problems: named(data.problems), corpus: named(data.corpus), tests: named(data.tests) };
  return { ...config, data: { ...data, source: dataSource(data), ...files } };
}

/**
 * Values of a configuration as an older version kept them, with defaults for the keys that are new since then; unchanged
 * where they are no configuration of this version.
 */
export function withDefaults(kept: unknown): unknown {
  const parsed = configSchema.safeParse(isSection(kept) ? withMovedKeys(kept) : kept);
  return parsed.success ? parsed.data : kept;
}

/** Sections merge key by key; lists, mixes and values replace. An empty section (all its keys commented out) changes nothing. */
function merge(base: Values, over: Values, path: string): Values {
  const out = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const here = path === '' ? name : `${path}.${name}`;
    const old = Object.hasOwn(out, name) ? out[name] : undefined;
    const key = findKey(here);
    if (value === null && key?.kind === 'section') continue;
    const merged = isSection(value) ? merge(isSection(old) && !key?.whole ? old : {}, value, here) : value;
    Object.defineProperty(out, name, { value: merged, enumerable: true, configurable: true, writable: true });
  }
  return out;
}

function absolutePaths(source: Source): Values {
  const values = structuredClone(source.values);
  for (const key of configKeys()) {
    if (!key.file) continue;
    const names = key.path.split('.');
    const last = names.at(-1)!;
    const absolute = (name: unknown): unknown =>
      typeof name !== 'string' || name === '' || key.notFile?.test(name) === true ? name : resolve(source.folder, name);
    for (const at of sectionsAt(values, names.slice(0, -1))) {
      const value = at[last];
      if (value !== undefined) at[last] = Array.isArray(value) ? value.map(absolute) : absolute(value);
    }
  }
  return values;
}

/** The sections that the path of a section stands for: one, or with `{kind}` in it every entry of the map. */
function sectionsAt(values: Values, names: readonly string[]): Values[] {
  return names
    .reduce<unknown[]>(
      (sections, name) =>
        sections
          .filter(isSection)
          .flatMap((section) => (name.startsWith('{') ? Object.values(section) : [section[name]])),
      [values],
    )
    .filter(isSection);
}

/** The last source that has the key decided it; so did one that has the list it would stand in, since a list replaces another. */
function locate(sources: readonly Source[], path: readonly PropertyKey[]): string | undefined {
  for (const source of sources.toReversed()) {
    const where = locateKey(source, path) ?? inList(source, path);
    if (where !== undefined) return where;
  }
  return undefined;
}

/** Where a source has what is nearest to a key it does not have, in a list that it has. */
function inList(source: Source, path: readonly PropertyKey[]): string | undefined {
  const list = path.findIndex((name) => typeof name === 'number');
  for (let n = path.length - 1; list > 0 && n >= list; n--) {
    const where = locateKey(source, path.slice(0, n));
    if (where !== undefined) return where;
  }
  return undefined;
}
