/** `ra-rft model merge`: an adapter and its base model become one model folder. */
import { mergeAdapterFolder, nameOf, type MergeOptions } from '../models/index.js';
import type { CliContext } from './context.js';
import { shellWord } from './shell-word.js';

export interface ModelMergeOptions extends MergeOptions {
  out: string;
}

export async function mergeModel(
  adapterFolder: string,
  { out, ...options }: ModelMergeOptions,
  context: CliContext,
): Promise<void> {
  const { base, config, adapter } = await mergeAdapterFolder(adapterFolder, out, options);
  const names = [...new Set(adapter.parts.map(({ module }) => nameOf(module)))].join(', ');
  context.out(`${out}: ${base} with ${adapterFolder} merged in, as ${config.dtype}`);
  context.out(`rank ${adapter.rank}, alpha ${adapter.alpha}, ${adapter.parts.length} weights (${names})`);
  context.out(`next: ra-rft run --set ${shellWord(`model.path=${out}`)}`);
}
