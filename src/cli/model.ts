/** `ra-rft model import`: a GGUF file becomes a model folder in Hugging Face layout. */
import { importGguf, type WeightDtype } from '../models/index.js';
import type { CliContext } from './context.js';

export interface ModelImportOptions {
  dtype: WeightDtype;
  /** Folder with the model's own tokenizer files. */
  tokenizer?: string;
}

/** Imports, then prints what came out. Throws what `importGguf` throws. */
export async function importModel(
  gguf: string,
  folder: string,
  options: ModelImportOptions,
  context: CliContext,
): Promise<void> {
  let task: ReturnType<CliContext['progress']['task']> | undefined;
  const imported = await importGguf(gguf, folder, {
    dtype: options.dtype,
    ...(options.tokenizer !== undefined && { tokenizerFrom: options.tokenizer }),
    report(done, total) {
      task ??= context.progress.task('import', total, 'tensors');
      task.update(done);
    },
  });
  task?.end();
  const formats = Object.entries(imported.formats).map(([format, n]) => `${n} ${format}`);
  context.out(
    `${imported.folder}: ${(imported.parameters / 1e6).toFixed(1)}M parameters as ${imported.config.dtype} (from ${formats.join(', ')})`,
  );
  if (imported.name !== undefined) context.out(`name: ${imported.name}`);
  if (imported.license !== undefined) context.out(`licence: ${imported.license}`);
  context.out(`next: ra-rft run --set model.path=${imported.folder} ...`);
}
