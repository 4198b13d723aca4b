/** What of an encoder's settings decides its weights. */
import { configSchema } from '../../config/schema.js';
import type { Config } from '../../config/index.js';
import { smallShapeKeys } from '../../retriever/index.js';

type Section = Config['retriever'];

/**
 * Keys that run folders of older versions do not have. At their defaults they change nothing and are left out, so that what such a
 * folder holds is not made again.
 */
const LATER = [
  'loss',
  'gainTemperature',
  'contrastWeight',
  'inBatchPositives',
  'negatives',
  'judgedPerQuery',
  'queryWeights',
  'nearDuplicate',
  'hardNegatives',
  'hardNegativesFromRank',
  'hardNegativesToRank',
  'hardNegativesMargin',
  'hardNegativesEverySteps',
  'epochs',
  'chunks',
  'query',
] as const satisfies readonly (keyof Section)[];

/**
 * Not when a training is saved, nor how the corpus is searched, nor how much of a batch is in memory, which changes results by no more
 * than rounding; nor what other encoders are trained beside it.
 */
const FREE = ['checkpointEverySteps', 'index', 'microBatch', 'crossFit'] as const satisfies readonly (keyof Section)[];

/**
 * The settings as stages hash them: `settings` is the section `retriever`, or what an encoder makes of it. One that is not small has
 * the defaults of the keys that are of small ones alone: what stands there decides nothing.
 */
export function encoderIdentity<T extends Partial<Section>>(settings: T, isSmall = true): Partial<T> {
  const defaults = configSchema.parse({}).retriever;
  const normal = isSmall ? [] : smallShapeKeys.map((key) => [key, defaults[key as keyof Section]] as const);
  const left = Object.entries({ ...settings, ...Object.fromEntries(normal) }).filter(([key, value]) => {
    if ((FREE as readonly string[]).includes(key)) return false;
    return !((LATER as readonly string[]).includes(key) && value === defaults[key as keyof Section]);
  });
  return Object.fromEntries(left) as Partial<T>;
}
