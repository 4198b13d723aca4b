/** `ra-rft model import`: a GGUF file or a repository of the Hub becomes a folder in Hugging Face layout, of a model or an encoder. */
import { stat } from 'node:fs/promises';
import { hubAccess } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { importFromHub, importGguf, type ImportedKind, type WeightDtype } from '../models/index.js';
import type { CliContext } from './context.js';
import { shellWord } from './shell-word.js';

export interface ModelImportOptions {
  out: string;
  dtype: WeightDtype;
  /** Folder with the model's own tokenizer files. */
  tokenizer?: string;
  revision?: string;
}

/** Imports and says what came out. Throws `usage` where the source is neither a file nor a name of the Hub. */
export async function importModel(source: string, options: ModelImportOptions, context: CliContext): Promise<void> {
  const isFile = await stat(source).then(
    (found) => found.isFile(),
    () => false,
  );
  const fromFile = isFile || source.endsWith('.gguf');
  if (!fromFile && !/^[\w.-]+\/[\w.-]+$/.test(source)) {
    throw new RaRftError({
      code: 'usage',
      message: `nothing to import is named ${source}`,
      where: 'model import',
      expected: 'a .gguf file, or owner/name on the Hugging Face Hub',
    });
  }
  const kind = fromFile ? await fromGguf(source, options, context) : await fromHub(source, options, context);
  context.out(`next: ${nextStep(kind, options.out)}`);
}

/** Where the folder is used. */
function nextStep(kind: ImportedKind, out: string): string {
  const folder = JSON.stringify(out);
  return kind === 'decoder'
    ? `ra-rft run --set ${shellWord(`model.path=${out}`)}, or model: {path: ${folder}} in a configuration`
    : `retrievers: {NAME: {kind: encoder, model: ${folder}}} in a configuration, and NAME in arms as train and test`;
}

async function fromGguf(source: string, options: ModelImportOptions, context: CliContext): Promise<ImportedKind> {
  const task = lateTask(context, 'import', 'tensors');
  const imported = await importGguf(source, options.out, {
    dtype: options.dtype,
    ...(options.tokenizer !== undefined && { tokenizerFrom: options.tokenizer }),
    report: task.report,
  });
  task.end();
  const formats = Object.entries(imported.formats).map(([format, n]) => `${n} ${format}`);
  const millions = (imported.parameters / 1e6).toFixed(1);
  context.out(
    `${imported.folder}: ${millions}M parameters as ${imported.config.dtype} (tensors: ${formats.join(', ')})`,
  );
  if (imported.name !== undefined) context.out(`name: ${imported.name}`);
  if (imported.license !== undefined) context.out(`licence: ${imported.license}`);
  return 'decoder';
}

async function fromHub(
  repo: string,
  { out, revision }: ModelImportOptions,
  context: CliContext,
): Promise<ImportedKind> {
  const task = lateTask(context, `download ${repo}`, 'bytes');
  const access = { ...hubAccess(), ...(revision !== undefined && { revision }) };
  const kind = await importFromHub(repo, out, { ...access, report: task.report });
  task.end();
  context.out(`${out}: ${kind === 'encoder' ? 'an encoder, ' : ''}${repo} from the Hub`);
  return kind;
}

/** A task that starts when its total is known. */
function lateTask(context: CliContext, label: string, unit: string) {
  let task: ReturnType<CliContext['progress']['task']> | undefined;
  return {
    report: (done: number, total: number) => {
      task ??= context.progress.task(label, total, unit);
      task.update(done);
    },
    end: () => task?.end(),
  };
}
