/** `ra-rft model import`: a GGUF file or a repository of the Hub becomes a model folder in Hugging Face layout. */
import { stat } from 'node:fs/promises';
import { hubAccess } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { importFromHub, importGguf, type WeightDtype } from '../models/index.js';
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
  if (isFile || source.endsWith('.gguf')) await fromGguf(source, options, context);
  else if (/^[\w.-]+\/[\w.-]+$/.test(source)) await fromHub(source, options, context);
  else {
    throw new RaRftError({
      code: 'usage',
      message: `nothing to import is named ${source}`,
      where: 'model import',
      expected: 'a .gguf file, or owner/name on the Hugging Face Hub',
    });
  }
  context.out(
    `next: ra-rft run --set ${shellWord(`model.path=${options.out}`)}, or model: {path: ${JSON.stringify(options.out)}} in a configuration`,
  );
}

async function fromGguf(source: string, options: ModelImportOptions, context: CliContext): Promise<void> {
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
}

async function fromHub(repo: string, { out, revision }: ModelImportOptions, context: CliContext): Promise<void> {
  const task = lateTask(context, `download ${repo}`, 'bytes');
  await importFromHub(repo, out, { ...hubAccess(), ...(revision !== undefined && { revision }), report: task.report });
  task.end();
  context.out(`${out}: ${repo} from the Hub`);
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
