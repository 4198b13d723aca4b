/** The lines of data files as items: every line is checked, every error says file, line and field. */
import { errorFacts, RaRftError } from '../core/errors.js';
import { systemText } from './chat-text.js';
import { dataFiles } from './data-files.js';
import { foreignFields } from './foreign-fields.js';
import { readField, valueAt } from './fields.js';
import type { Reading } from './reading.js';
import { unusable } from './record-text.js';
import { LineChoice, type Where } from './line-choice.js';
import { readRecords } from './records.js';

/** What files held. */
export interface Loaded<T> {
  items: T[];
  /** Where each item stands (`file:line`). */
  places: string[];
  /** Lines left out, each with its place and what was wrong. */
  skipped: { where: string; message: string }[];
  /** System messages of chats, each once: no part of a question. */
  systemTexts: string[];
}

/** A line that is whole but has an answer that no response could be judged against. */
export class UnverifiableAnswer extends RaRftError {}

export interface LineOptions {
  unusable?: 'error' | 'skip' | undefined;
  unverifiable?: 'error' | 'skip' | undefined;
  /** Only lines whose fields have these values. */
  where?: Where | undefined;
  /** The id is made from the content where the line has none. */
  ownId: (record: Record<string, unknown>) => boolean;
}

/** Reads the files that the names stand for, one after the other. Throws `io` and `data`. */
export async function loadLines<T extends { id: string }>(
  names: string | readonly string[],
  reading: Reading,
  options: LineOptions,
  make: (record: Record<string, unknown>) => T,
): Promise<Loaded<T>> {
  const { fields } = reading;
  const loaded: Loaded<T> = { items: [], places: [], skipped: [], systemTexts: [] };
  const systemTexts = new Set<string>();
  const placeOf = new Map<string, string>();
  const unseen = new Set(reading.named.filter((key) => key !== 'question' && key !== 'answer'));
  const choice = new LineChoice(options.where ?? {});
  const wanted = [...new Set([...Object.values(fields), ...reading.answers, 'trace', ...choice.fields])];
  const paths = await dataFiles(names);
  let lines = 0;
  for (const path of paths) {
    for await (const found of readRecords(path, { fields: wanted })) {
      const { where } = found;
      lines++;
      try {
        if ('problem' in found) throw unusable(found.problem, found.expected, 'Mend or remove the line.');
        const { record } = found;
        if (!choice.takes(record)) continue;
        for (const key of unseen) if (!('missing' in readField(record, fields[key], key))) unseen.delete(key);
        const item = make(record);
        const earlier = placeOf.get(item.id);
        if (earlier !== undefined) throw repeated(item.id, options.ownId(record), nearer(earlier, where));
        placeOf.set(item.id, where);
        loaded.items.push(item);
        loaded.places.push(where);
        const system = systemText(valueAt(record, fields.question));
        if (system !== undefined) systemTexts.add(system);
      } catch (error) {
        const facts = errorFacts(error);
        if (facts.code !== 'data' || facts.where !== undefined) throw error;
        const skip =
          error instanceof UnverifiableAnswer ? options.unverifiable !== 'error' : options.unusable === 'skip';
        if (!skip)
          throw (
            (loaded.items.length === 0 && (await foreignFields(path, reading))) || new RaRftError({ ...facts, where })
          );
        loaded.skipped.push({ where, message: facts.message });
      }
    }
  }
  const [path = ''] = paths;
  if (lines === 0)
    throw new RaRftError({ code: 'data', message: 'the file is empty', where: path, expected: 'at least one record' });
  choice.refuseEmpty(path);
  if (loaded.items.length === 0) {
    const first = loaded.skipped[0]!;
    throw (
      (await foreignFields(path, reading)) ??
      new RaRftError({
        code: 'data',
        message: `none of ${lines} lines can be used; the first: ${first.message}`,
        where: first.where,
        expected: 'at least one record',
      })
    );
  }
  refuseUnseen([...unseen].map((key) => [key, fields[key]] as const)[0], path);
  return { ...loaded, systemTexts: [...systemTexts] };
}

function refuseUnseen(absent: readonly [key: string, name: string] | undefined, where: string): void {
  if (!absent) return;
  const [key, name] = absent;
  const message = `no line has the field ${name}, which fields.${key} names`;
  throw new RaRftError({ code: 'data', message, where, expected: 'a field that some lines have' });
}

function repeated(id: string, ownId: boolean, earlier: string): RaRftError {
  return ownId
    ? unusable(`id ${id} is already that of ${earlier}`, 'an id once', 'Mend or remove one of the two lines.')
    : unusable(
        `the same problem with the same answer is already that of ${earlier}`,
        'a problem once, or ids that tell the two apart',
        'Remove one of the two lines; data.unusable: skip leaves such lines out and lists them.',
      );
}

/** `line 7` in the same file, else file and line. */
function nearer(earlier: string, where: string): string {
  const colon = earlier.lastIndexOf(':');
  return earlier.slice(0, colon) === where.slice(0, where.lastIndexOf(':'))
    ? `line ${earlier.slice(colon + 1)}`
    : earlier;
}
