/** What `ra-rft reproduce` runs on: the embedded world at the sizes of a preset of runs, with all arms of the paper's tables. */
import { RaRftError } from '../core/errors.js';

/** Preset of the experiment -> preset of its runs. */
const basePresets = { world: 'demo', 'world-quick': 'quick' } as const;

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
