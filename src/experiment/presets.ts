/** What `ra-rft reproduce` runs on: the sizes of a preset of runs, with all arms of the paper's tables. */
import { RaRftError } from '../core/errors.js';

export const reproducePresets = {
  world: { base: 'demo', about: "The embedded world at the demo's sizes: an hour or two a seed on two cores." },
  'world-quick': { base: 'quick', about: 'Every table in a few minutes; too small to show any effect.' },
} as const satisfies Record<string, { base: string; about: string }>;

/** The run preset behind a preset of the experiment. Throws `usage` for an unknown name. */
export function basePreset(name: string): string {
  if (Object.hasOwn(reproducePresets, name)) return reproducePresets[name as keyof typeof reproducePresets].base;
  throw new RaRftError({
    code: 'usage',
    message: `unknown preset ${name}`,
    where: '--preset',
    expected: Object.keys(reproducePresets).join(', '),
  });
}
