/** Keys that earlier versions had at another place, with the same meaning: taken from there, and told. */
import { isSection, type Source, type Values } from './sources.js';

const moved: readonly (readonly [from: string, to: string])[] = [
  ['rl.maxTokens', 'generation.maxTokens'],
  ['rl.stop', 'generation.stop'],
  ['rl.temperature', 'rl.generation.temperature'],
  ['rl.topP', 'rl.generation.topP'],
  ['rl.topK', 'rl.generation.topK'],
  ['eval.temperature', 'eval.generation.temperature'],
];

/** The values with every moved key at its place of today. What stands there already stays, and its old key with it: it is refused. */
export function withMovedKeys(values: Values): Values {
  const out = structuredClone(values);
  for (const [from, to] of moved) {
    const [section, name] = split(from);
    const old = sectionAt(out, section);
    if (old === undefined || !Object.hasOwn(old, name)) continue;
    const [place, newName] = split(to);
    const target = sectionAt(out, place, true);
    if (target === undefined || Object.hasOwn(target, newName)) continue;
    target[newName] = old[name];
    delete old[name];
  }
  return out;
}

/** Where a source says a key, under its name of today or of before. */
export function locateKey(source: Source, path: readonly PropertyKey[]): string | undefined {
  const here = source.locate(path);
  if (here !== undefined) return here;
  const old = moved.find(([, to]) => to === path.map(String).join('.'));
  return old && source.locate(old[0].split('.'));
}

/** A sentence for each moved key of the sources. */
export function movedKeyWarnings(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    moved.flatMap(([from, to]) => {
      const where = source.locate(from.split('.'));
      return where === undefined ? [] : [`${from} (${where}) is now called ${to}; it was taken as that`];
    }),
  );
}

function split(key: string): [section: string[], name: string] {
  const names = key.split('.');
  return [names.slice(0, -1), names.at(-1)!];
}

function sectionAt(values: Values, names: readonly string[], make = false): Values | undefined {
  let at: Values = values;
  for (const name of names) {
    if (make && at[name] === undefined) at[name] = {};
    const next = at[name];
    if (!isSection(next)) return undefined;
    at = next;
  }
  return at;
}
