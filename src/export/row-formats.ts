/** The forms that rows may have, by name; apart from their writers, which a command line only loads to write. */
export const rowFormats = ['parquet', 'jsonl'] as const;
export type RowFormat = (typeof rowFormats)[number];
