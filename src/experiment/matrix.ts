/** From the tables and figures that are asked for to the arms that they need. Pure. */
import { RaRftError } from '../core/errors.js';
import { armInput, armNames, needsOf, type ArmName } from './arms.js';
import { figureSpecs, tableSpecs } from './paper.js';

/** Numbers of the paper's tables and figures. */
export interface Selection {
  tables: readonly number[];
  figures: readonly number[];
}

export const everything: Selection = {
  tables: tableSpecs.map(({ table }) => table),
  figures: figureSpecs.map(({ figure }) => figure),
};

/** What `--table` and `--figure` ask for: numbers, names of tables, `all`, with commas between; everything where neither is given. */
export function selectionOf(tables: readonly string[], figures: readonly string[]): Selection {
  if (tables.length === 0 && figures.length === 0) return everything;
  const numbers = figureSpecs.map(({ figure }) => ({ number: figure, name: String(figure) }));
  const named = tableSpecs.map(({ table, name }) => ({ number: table, name }));
  return { tables: chosen('--table', tables, named), figures: chosen('--figure', figures, numbers) };
}

function chosen(option: string, texts: readonly string[], of: readonly { number: number; name: string }[]): number[] {
  const wanted = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  const found = wanted.flatMap((text) => {
    if (text === 'all') return of.map(({ number }) => number);
    const one = of.find(({ number, name }) => text === String(number) || text === name);
    if (one) return [one.number];
    throw new RaRftError({
      code: 'usage',
      message: `${option} ${text} is none of the paper's`,
      where: option,
      expected: ['all', ...of.map(({ number, name }) => (name === String(number) ? name : `${number} (${name})`))].join(
        ', ',
      ),
    });
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}

/** The arms behind a selection, and those whose policies they borrow, in the order in which they run. Those of this version only. */
export function neededArms({ tables, figures }: Selection): ArmName[] {
  const rows = tableSpecs.filter(({ table }) => tables.includes(table)).flatMap((table) => table.rows);
  const named = [
    ...rows.flatMap(({ of }) => of?.arm ?? []),
    ...figureSpecs.filter(({ figure }) => figures.includes(figure)).flatMap(({ arms }) => arms),
  ];
  const runnable = named.filter((name) => needsOf(name) === undefined);
  const owners = runnable.flatMap((name) => armInput(name)['policyOf'] ?? []);
  const needed = new Set<unknown>([...runnable, ...owners]);
  return armNames.filter((name) => needed.has(name));
}

/** Which traces a selection wants tried one by one; undefined: none. */
export function contextsOf({ figures }: Selection): { count: number; arms: readonly ArmName[] } | undefined {
  const spec = figureSpecs.find(({ figure, contexts }) => contexts !== undefined && figures.includes(figure));
  return spec?.contexts === undefined ? undefined : { count: spec.contexts, arms: spec.arms };
}

/**
 * The list `arms` of a run: those that its folder has already stay where they are, what is asked for now comes after them, so that a
 * folder only grows.
 */
export function grownArms<T extends { name: string }>(
  kept: readonly T[],
  asked: readonly ArmName[],
): (T | ReturnType<typeof armInput>)[] {
  const there = new Set(kept.map(({ name }) => name));
  return [...kept, ...asked.filter((name) => !there.has(name)).map(armInput)];
}
