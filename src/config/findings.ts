/** Findings of the schema as errors for people: key, value, place, what is allowed, the nearest name. */
import type { z } from 'zod';
import { RaRftError } from '../core/errors.js';
import type { Finding } from './finding.js';
import { configKeys, findKey, keysUnder } from './describe.js';
import { nearestName } from './nearest-name.js';

/** One issue of the schema as findings; an issue over several unknown keys becomes one finding a key. */
export function findingOf(issue: z.core.$ZodIssue, values: unknown): Finding[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') {
    const kind = valueAt(values, [...path, 'kind']);
    return issue.keys.map((name) => unknownKey([...path, name], typeof kind === 'string' ? kind : undefined));
  }
  if (issue.code === 'invalid_union' && 'options' in issue)
    return [unknownKind(path, valueAt(values, path), issue.options ?? [])];
  if (issue.code === 'invalid_key')
    return [{ path, message: `${shown(path)} is no name`, expected: issue.issues[0]?.message }];
  const value = valueAt(values, path);
  // An entry of a list is described by its list.
  const facts = findKey(dotted(typeof path.at(-1) === 'number' ? path.slice(0, -1) : path));
  if (value === undefined) {
    return [{ path, message: `${shown(path)} is missing`, expected: facts?.allowed }];
  }
  const expected = [facts?.allowed ?? issue.message, facts?.unit].filter((text) => text !== undefined).join(', ');
  const text = facts?.hidden === true ? 'not what is allowed' : short(value);
  return [{ path, message: `${shown(path)} is ${text}`, expected: facts ? expected : issue.message }];
}

/** One error of all findings. `locate` says where a key was set. */
export function configError(
  findings: readonly Finding[],
  locate: (path: readonly PropertyKey[]) => string | undefined,
): RaRftError {
  const [first] = findings;
  if (!first) return new RaRftError({ code: 'internal', message: 'a configuration was refused without a finding' });
  const where = (finding: Finding) => locate(finding.path) ?? locate(finding.path.slice(0, -1)) ?? shown(finding.path);
  if (findings.length === 1) return new RaRftError({ code: 'config', where: where(first), ...factsOf(first) });
  const lines = findings.map((f) => {
    const { message, expected, hint } = factsOf(f);
    return [`${where(f)}: ${message}`, expected !== undefined && hint === undefined && `allowed: ${expected}`, hint]
      .filter(Boolean)
      .join('; ');
  });
  return new RaRftError({
    code: 'config',
    message: `${findings.length} keys or values of the configuration are wrong:\n${lines.map((l) => `  ${l}`).join('\n')}`,
    where: where(first),
  });
}

function factsOf({ message, expected, hint }: Finding): { message: string; expected?: string; hint?: string } {
  return { message, ...(expected !== undefined && { expected }), ...(hint !== undefined && { hint }) };
}

/** Keys of earlier versions, and what they are called now. */
const renamedKeys: Readonly<Record<string, string>> = {
  'retriever.heldOutShare': 'retriever.validationShare',
  'data.world.heldOutTests': 'data.world.unseenTests',
  'retriever.bm25': 'retrievers.bm25',
  'rl.advantage': 'recipes.grpo.advantage',
  'rl.lossWeights': 'recipes.grpo.weights',
  'rl.clipLow': 'recipes.grpo.clipLow',
  'rl.clipHigh': 'recipes.grpo.clipHigh',
  'rl.updatesPerBatch': 'rl.epochs',
};

/** An entry of a map without a kind, or of one that is not there. */
function unknownKind(path: readonly PropertyKey[], value: unknown, options: readonly unknown[]): Finding {
  const kinds = options.map(String);
  const nearest = typeof value === 'string' ? nearestName(value, kinds) : undefined;
  return {
    path,
    message: value === undefined ? `${shown(path)} is missing` : `${shown(path)} is ${short(value)}`,
    expected: kinds.join(', '),
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  };
}

/** `kind` is that of the entry of a map that has the key. */
function unknownKey(path: readonly PropertyKey[], kind?: string): Finding {
  const section = path.slice(0, -1);
  const name = String(path.at(-1));
  const siblings = keysUnder(dotted(section), kind);
  const nearest = nearestName(name, siblings);
  const depth = (key: { path: string }) => key.path.split('.').length;
  const elsewhere = configKeys()
    .filter((key) => key.path.endsWith(`.${name}`) || key.path === name)
    .toSorted((a, b) => depth(a) - depth(b));
  const renamed = renamedKeys[dotted(path)];
  const guess =
    renamed !== undefined
      ? [renamed]
      : nearest === undefined
        ? elsewhere.map((key) => key.path).slice(0, 3)
        : [shown([...section, nearest])];
  return {
    path,
    message: `unknown key ${shown(path)}`,
    expected: siblings.join(', '),
    ...(guess.length > 0 && { hint: `Did you mean ${guess.join(' or ')}?` }),
  };
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let at = values;
  for (const name of path)
    at = at === null || typeof at !== 'object' ? undefined : (at as Record<PropertyKey, unknown>)[name];
  return at;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

/** `arms[1].train` */
function shown(path: readonly PropertyKey[]): string {
  return path
    .map((name, i) => (typeof name === 'number' ? `[${name}]` : `${i === 0 ? '' : '.'}${String(name)}`))
    .join('');
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
