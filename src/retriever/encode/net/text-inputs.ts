/** Texts as inputs of a graph and, from a padded batch, as feeds of its program. */
import type { EncoderArchitecture, EncoderInputs } from '../../../models/encoders/types.js';
import type { Feed, Graph } from '../../../tensor/index.js';
import type { PaddedTokens } from './token-batches.js';

/** Declares `ids`, `attended` and what else the architecture takes, behind `prefix`: [count, length]. */
export function textInputs(
  graph: Graph,
  { packs }: EncoderArchitecture,
  [count, length]: readonly [string, string],
  prefix = '',
): EncoderInputs {
  const of = (what: string, type: 'int32' | 'float32') => graph.input(`${prefix}${what}`, type, [count, length]);
  return {
    ids: of('ids', 'int32'),
    attended: of('attended', 'float32'),
    ...(packs && {
      where: { places: graph.input(`${prefix}places`, 'int32', [`${count}${length}`]), rows: of('rows', 'int32') },
    }),
  };
}

/** Feeds of {@link textInputs}. */
export function textFeeds(
  { ids, attended, places, rows, shape }: PaddedTokens,
  { packs }: EncoderArchitecture,
  prefix = '',
): Record<string, Feed> {
  return {
    [`${prefix}ids`]: { data: ids, shape },
    [`${prefix}attended`]: { data: attended, shape },
    ...(packs && {
      [`${prefix}places`]: { data: places, shape: [places.length] },
      [`${prefix}rows`]: { data: rows, shape },
    }),
  };
}
