/** What checks of a configuration find. */

/** One thing wrong with a configuration. */
export interface Finding {
  path: readonly PropertyKey[];
  message: string;
  expected?: string;
  hint?: string;
}
