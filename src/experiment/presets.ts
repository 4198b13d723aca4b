/** What `ra-rft reproduce` runs on: the embedded world at the sizes of a preset of runs, with all arms of the paper's tables. */
import { RaRftError } from '../core/errors.js';

/** Preset of the experiment -> preset of its runs. */
const basePresets = { world: 'demo', 'world-quick': 'quick' } as const;

/**
 * Keys that the experiment sets otherwise than the preset of its runs, before those of the user. A model as small as the world's gains
 * little by a second thread: two seeds at the same time on a thread each are done sooner, and the last bits of a product, which depend
 * on the number of threads, are the same on every number of cores.
 */
export const experimentKeys: readonly string[] = ['engine.threads=1'];

/** The run preset behind a preset of the experiment. Throws `usage` for an unknown name. */
export function basePreset(name: string): string {
  if (Object.hasOwn(basePresets, name)) return basePresets[name as keyof typeof basePresets];
  throw new RaRftError({
    code: 'usage',
    message: `unknown preset ${name}`,
    where: '--preset',
    expected: Object.keys(basePresets).join(', '),
  });
}
