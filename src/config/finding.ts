/** What checks find, before it becomes an error for people. */

/** One thing wrong with a configuration. */
export interface Finding {
  path: readonly PropertyKey[];
  message: string;
  expected?: string;
  hint?: string;
}
