/** The order in which training problems are drawn: one seeded shuffle an epoch, read through by a data cursor. */
import { RaRftError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';

/** How many items were drawn before; the whole state of a draw, so a checkpoint needs nothing else. */
export type DataCursor = number;

/**
 * Draws items `cursor` to `cursor + count` of the endless sequence epoch 0, epoch 1, ...; each epoch holds every item
 * once, shuffled by the stream `rng.fork('epoch/<n>')`, then by `rankOf` where there is one, the smallest first. The same arguments give the same items, whatever came before.
 * Throws `data` where there is nothing to draw.
 */
export function drawInEpochs<T>(
  items: readonly T[],
  rng: Rng,
  cursor: DataCursor,
  count: number,
  rankOf?: (item: T) => number,
): T[] {
  if (items.length === 0) {
    throw new RaRftError({ code: 'data', message: 'there are no training problems to draw', expected: 'at least one' });
  }
  const drawn: T[] = [];
  let epoch = -1;
  let order: T[] = [];
  for (let i = cursor; i < cursor + count; i++) {
    const wanted = Math.floor(i / items.length);
    if (wanted !== epoch) {
      epoch = wanted;
      order = rng.fork(`epoch/${epoch}`).shuffle(items);
      if (rankOf) order = order.toSorted((a, b) => rankOf(a) - rankOf(b));
    }
    drawn.push(order[i % items.length] as T);
  }
  return drawn;
}
