/** Files whose records have other fields than was said: the names are wrong, not the lines. */
import { RaRftError } from '../core/errors.js';
import { lookAtFile, mappingText, type Mapping } from './detect.js';
import { nearestField, readField, valueAt } from './fields.js';
import type { Reading } from './reading.js';
import { namesText } from './record-text.js';
import { readRecords } from './records.js';

/** What is wanted of records beside a question and an answer. */
export interface Wanted {
  /** Further fields that must be there. */
  needed?: readonly 'solution'[];
  /** Whether a record is good as it is, whatever its fields are called. */
  isGood?: (record: Record<string, unknown>) => boolean;
}

/**
 * The error that says what a file has and which mapping fits, where not one of its records has the question, the answer or
 * another wanted field; undefined where some record has each, or is good.
 */
export async function foreignFields(
  path: string,
  { fields, answers }: Reading,
  { needed = [], isGood = () => false }: Wanted = {},
): Promise<RaRftError | undefined> {
  const missing = new Map<string, readonly string[]>([
    ['question', [fields.question]],
    ['answer', answers],
    ...needed.map((key) => [key, [fields[key]]] as const),
  ]);
  /** Names that stand in some record, with null as their value. */
  const nulls = new Set<string>();
  let records = 0;
  let first: { where: string; record: Record<string, unknown> } | undefined;
  for await (const line of readRecords(path)) {
    if (!('record' in line)) continue;
    const { record } = line;
    records++;
    first ??= line;
    for (const [key, names] of missing) {
      for (const name of names) if (valueAt(record, name) === null) nulls.add(name);
      if (names.some((name) => !('missing' in readField(record, name, key)))) missing.delete(key);
    }
    if (missing.size === 0 || isGood(record)) return undefined;
  }
  if (!first) return undefined;
  const { mapping } = await lookAtFile(path);
  const lacks = [...missing].map(([key, names]) => {
    const empty = names.find((name) => nulls.has(name));
    return empty === undefined ? `no field ${names.join(' or ')} (${key})` : `null in the field ${empty} (${key})`;
  });
  return new RaRftError({
    code: 'data',
    message: `${records === 1 ? 'the only record has' : `all ${records} records have`} ${lacks.join(' and ')}; ${records === 1 ? 'it' : 'the first'} has: ${namesText(first.record)}`,
    where: first.where,
    expected: `records with a question, its answer${needed.map((key) => `, its ${key}`).join('')}`,
    hint: hintOf(mapping, [...missing.keys()], first.record),
  });
}

function hintOf(mapping: Mapping | undefined, missing: readonly string[], record: Record<string, unknown>): string {
  const found: Partial<Record<string, string>> = mapping?.found ?? {};
  const names = missing.flatMap((key) => {
    const name = found[key] ?? nearestField(record, key);
    return name === undefined ? [] : [`fields.${key}: ${name}`];
  });
  const preset = mapping && mapping.preset !== 'plain' ? [mappingText(mapping)] : [];
  const ways = [...(names.length > 0 ? [names.join(' and ')] : []), ...preset].join(', or ');
  if (!mapping) return ways === '' ? 'Name the fields in `fields`, or choose a `preset`.' : `Did you mean ${ways}?`;
  return `Set ${ways}; \`ra-rft init --data FILE\` finds this by itself.`;
}
