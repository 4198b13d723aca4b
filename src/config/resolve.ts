/** From defaults, preset, file and --set (later ones win) to one checked configuration, or an error that says where. */
import { resolve } from 'node:path';
import { checkConfig, type Finding } from './check.js';
import { configKeys, findKey } from './describe.js';
import { configError, findingOf } from './findings.js';
import { configSchema, type Config } from './schema.js';
import { fileSource, isSection, presetSource, setSource, type Source, type Values } from './sources.js';

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
  const sources: Source[] = [];
  if (options.preset !== undefined) sources.push(presetSource(options.preset));
  if (options.file !== undefined) sources.push(fileSource(options.file));
  if (options.set && options.set.length > 0) sources.push(setSource(options.set));

  let merged: Values = {};
  for (const source of sources) merged = merge(merged, absolutePaths(source), '');
  const parsed = configSchema.safeParse(merged);
  const findings: Finding[] = parsed.success
    ? checkConfig(parsed.data)
    : parsed.error.issues.flatMap((issue) => findingOf(issue, merged));
  if (!parsed.success || findings.length > 0) throw configError(findings, (path) => locate(sources, path));
  return parsed.data;
}

/**
 * Values of a configuration as an older version kept them, with defaults for the keys that are new since then; unchanged
 * where they are no configuration of this version.
 */
export function withDefaults(kept: unknown): unknown {
  const parsed = configSchema.safeParse(kept);
  return parsed.success ? parsed.data : kept;
}

/** Sections merge key by key; lists and values replace. An empty section (all its keys commented out) changes nothing. */
function merge(base: Values, over: Values, path: string): Values {
  const out = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const here = path === '' ? name : `${path}.${name}`;
    const old = Object.hasOwn(out, name) ? out[name] : undefined;
    if (value === null && findKey(here)?.kind === 'section') continue;
    const merged = isSection(value) ? merge(isSection(old) ? old : {}, value, here) : value;
    Object.defineProperty(out, name, { value: merged, enumerable: true, configurable: true, writable: true });
  }
  return out;
}

function absolutePaths(source: Source): Values {
  const values = structuredClone(source.values);
  for (const key of configKeys()) {
    if (!key.file) continue;
    const names = key.path.split('.');
    let at: unknown = values;
    for (const name of names.slice(0, -1)) at = isSection(at) ? at[name] : undefined;
    const last = names.at(-1)!;
    if (!isSection(at)) continue;
    const value = at[last];
    if (typeof value !== 'string' || value === '' || key.notFile?.test(value) === true) continue;
    at[last] = resolve(source.folder, value);
  }
  return values;
}

/** The last source that has the key decided it. */
function locate(sources: readonly Source[], path: readonly PropertyKey[]): string | undefined {
  for (const source of sources.toReversed()) {
    const where = source.locate(path);
    if (where !== undefined) return where;
  }
  return undefined;
}
