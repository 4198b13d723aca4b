/** `ra-rft init`: a commented configuration to start from. */
import { commentedConfigYaml } from '../config/index.js';
import { writeFileAtomic } from '../core/files.js';
import type { CliContext } from './context.js';
import { refuseExisting } from './outputs.js';
import { shellWord } from './shell-word.js';

export interface InitOptions {
  preset?: string;
  /** JSONL file with the user's problems. */
  data?: string;
  model?: string;
  force?: boolean;
}

/** Writes the file. Throws `usage` where it exists and --force is not given. */
export async function init(file: string, options: InitOptions, context: CliContext): Promise<void> {
  if (options.force !== true) await refuseExisting(file, 'init', 'Name another file, or overwrite it with --force.');
  const values: Record<string, unknown> = {};
  if (options.data !== undefined) Object.assign(values, { 'data.source': 'files', 'data.problems.path': options.data });
  if (options.model !== undefined) values['model.path'] = options.model;
  const yaml = commentedConfigYaml({ values, ...(options.preset !== undefined && { preset: options.preset }) });
  await writeFileAtomic(file, yaml);
  context.out(`wrote ${file}\nnext: ra-rft run --config ${shellWord(file)} --dry-run`);
}
