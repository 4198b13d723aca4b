/** Building blocks of the schema: keys with their meaning and unit, numbers with their limits, paths, sections. */
import { z } from 'zod';

/** Attaches what docs and help show: one sentence, and the unit where the number has one. */
export function key<T extends z.ZodType>(schema: T, description: string, unit?: string): T {
  return schema.meta(unit === undefined ? { description } : { description, unit });
}

export const count = (least: number, value: number, description: string, unit?: string) =>
  key(z.int().min(least).default(value), description, unit);
export const positive = (value: number, description: string, unit?: string) =>
  key(z.number().positive().default(value), description, unit);
export const atLeast = (least: number, value: number, description: string, unit?: string) =>
  key(z.number().min(least).default(value), description, unit);
export const share = (value: number, description: string) =>
  key(z.number().min(0).max(1).default(value), description, 'share');
/** A mix: shares by name, relative to each other. It is marked `whole`, since a share says nothing beside those of another mix. */
export const shares = (value: Record<string, number>, description: string) =>
  z.record(z.string(), z.number().min(0)).default(value).meta({ description, whole: true });
/** Paths are marked `file`, and resolved against the file that names them, except values that match `notFile`. */
export const path = (description: string) =>
  z.string().min(1).nullable().default(null).meta({ description, file: true });
/** As {@link path}, for files that may be several: a pattern or a list. */
export const paths = (description: string) =>
  z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .nullable()
    .default(null)
    .meta({ description, file: true });
export const fieldName = (description: string) => key(z.string().min(1).nullable().default(null), description);
export const section = <T extends z.core.$ZodLooseShape>(shape: T, description: string) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description });

type Inherited<T extends Record<string, z.ZodDefault>> = { [K in keyof T]: z.ZodOptional<ReturnType<T[K]['unwrap']>> };

/** The same keys without defaults: what is left out is taken from `section`. */
export function inherited<T extends Record<string, z.ZodDefault>>(shape: T, section: string): Inherited<T> {
  const fields = Object.entries(shape).map(([name, schema]) => {
    const own = (schema.unwrap() as z.ZodType).optional().meta({ ...schema.meta(), inherits: `${section}.${name}` });
    return [name, own];
  });
  return Object.fromEntries(fields) as Inherited<T>;
}
