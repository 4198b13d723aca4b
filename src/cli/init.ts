/** `ra-rft init`: a commented configuration to start from, with the fields of the user's data where a file is named. */
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { commentedConfigYaml } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { dataFiles, lookAtFile, mappingText } from '../data/index.js';
import type { CliContext } from './context.js';
import { refuseExisting } from './outputs.js';
import { shellWord } from './shell-word.js';
import { exists } from '../core/missing.js';

export interface InitOptions {
  preset?: string;
  /** File, or pattern of files, with the user's problems. */
  data?: string;
  model?: string;
  force?: boolean;
  /** Write every key. */
  all?: boolean;
}

/**
 * Writes the file. Throws `usage` where it exists and --force is not given, `io` and `data` where the data cannot be read or has
 * no question and answer.
 */
export async function init(file: string, options: InitOptions, context: CliContext): Promise<void> {
  if (options.force !== true) await refuseExisting(file, 'init', 'Name another file, or overwrite it with --force.');
  const values: Record<string, unknown> = {};
  const notes: Record<string, string> = {};
  const lines: string[] = [];
  if (options.data !== undefined) {
    const data = await lookAtData(options.data);
    lines.push(...data.lines);
    Object.assign(values, { 'data.problems.path': await pathFrom(file, options.data), ...data.values });
    notes['data.problems.path'] = data.seen;
  }
  if (options.model !== undefined) values['model.path'] = await pathFrom(file, options.model);
  const preset = options.preset !== undefined && { preset: options.preset };
  await writeFileAtomic(file, commentedConfigYaml({ values, notes, all: options.all === true, ...preset }));
  for (const line of [...lines, `wrote ${file}`, `next: ra-rft run --config ${shellWord(file)} --dry-run`])
    context.out(line);
}

interface LookedAt {
  /** Keys of the configuration that follow. */
  values: Record<string, unknown>;
  /** What was seen, as a comment in the file. */
  seen: string;
  /** The same for the terminal. */
  lines: string[];
}

async function lookAtData(name: string): Promise<LookedAt> {
  if (!(await exists(name)) && !/[*?[{]/.test(name)) {
    const seen = `There was no file ${name} to look at: its fields are not mapped.`;
    return { values: {}, seen, lines: [`warning: ${seen}`] };
  }
  const [path = name, ...more] = await dataFiles(name);
  const { records, names, mapping } = await lookAtFile(path);
  if (records === 0) {
    throw new RaRftError({ code: 'data', message: 'the file has no records', where: path, expected: 'at least one' });
  }
  const others = more.length === 0 ? '' : ` (and ${more.length} more files)`;
  if (!mapping) {
    throw new RaRftError({
      code: 'data',
      message: `no field looks like a question with its answer; the records have: ${names.join(', ')}`,
      where: path,
      expected: 'a question, and an answer or a solution that ends in one',
      hint: 'Leave --data out, and name the fields in the file that is written: data.problems.path and data.problems.fields.',
    });
  }
  const { preset, fields } = mapping;
  const found = Object.entries(mapping.found).map(([key, field]) => `${key}: ${field}`);
  const read = mappingText(mapping) === '' ? 'every field under its own name' : mappingText(mapping);
  return {
    values: {
      ...(preset !== 'plain' && { 'data.problems.preset': preset }),
      ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [`data.problems.fields.${key}`, field])),
    },
    seen: `Seen in the first ${records} records of ${path}${others}: ${found.join(', ')}.`,
    lines: [
      `${path}${others}: its records have ${names.join(', ')}`,
      `found: ${found.join(', ')}`,
      `read with: ${read}`,
    ],
  };
}

/** A path as the file names it: meant against the file's own folder. One that leads nowhere from here stays as it is. */
async function pathFrom(file: string, path: string): Promise<string> {
  const first = await dataFiles(path).then(
    ([found]) => found ?? path,
    () => path,
  );
  if (isAbsolute(path) || !(await exists(first))) return path;
  const from = relative(dirname(resolve(file)), resolve(path));
  return from.startsWith('..') ? resolve(path) : from;
}
