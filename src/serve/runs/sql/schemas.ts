/** Queries over a run's tables, as the pages are told. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';

/** Rows of an answer at most. */
export const MOST_ROWS = 1000;

export const sqlTables = z.object({
  tables: z.array(
    z.object({
      name: z.string(),
      about: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
    }),
  ),
  examples: z.array(z.object({ about: z.string(), query: z.string() })),
  missing: z.string().optional().describe('What to install where queries cannot be answered yet.'),
});
export type SqlTables = z.infer<typeof sqlTables>;

export const sqlBody = z.strictObject({ query: z.string().min(1).max(20_000).describe('One SELECT.') });

export const sqlAnswer = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())).describe('At most 1,000; numbers that JSON cannot hold are text.'),
  more: z.boolean().describe('Whether there are further rows.'),
  seconds: z.object({ load: z.number(), query: z.number() }),
});
export type SqlAnswer = z.infer<typeof sqlAnswer>;
