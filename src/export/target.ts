/** What an export is for: its rows, its scripts, its files of Python. */
import type { RecipeSettings } from '../rl/index.js';
import type { ChosenArm } from './chosen.js';
import type { Shape } from './row-file.js';
import type { RowFormat } from './row-formats.js';
import type { ExportRow } from './rows.js';
import type { ExportSettings } from './settings.js';

export interface ExportTarget {
  name: 'verl' | 'trl';
  /** Columns of its rows. */
  shape: { readonly [name: string]: Shape };
  row(row: ExportRow, settings: ExportSettings, arm: ChosenArm): Record<string, unknown>;
  /** Texts of further files by their paths, what is added to the settings, and what of the recipes they do not carry. */
  scripts(
    arms: readonly ChosenArm[],
    settings: ExportSettings,
    scope: { recipes: RecipeSettings; extension: RowFormat },
  ): { files: Record<string, string>; more?: Record<string, unknown>; limits: string[] };
  /** Files of assets/export that it comes with. */
  assets: readonly string[];
}

/** Where a problem is from, with its split where it is a test problem: results are reported for each. */
export function dataSourceOf({ problem, set }: ExportRow, { run }: Pick<ExportSettings, 'run'>): string {
  const source = problem.source ?? run;
  return set === 'test' && problem.split !== undefined ? `${source}/${problem.split}` : source;
}
