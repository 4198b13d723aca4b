/** A run as it goes on, for one page: what it is at, and every new row of its metrics. */
import { setTimeout } from 'node:timers/promises';
import type { StreamEvent } from '../api/endpoint.js';
import type { LiveEvent } from './overview-schemas.js';
import { RunWatch } from './run-watch.js';

/** How often files are looked at: watching them is not reliable on every system, a look is cheap. */
const LOOK_MS = 1000;

/**
 * All rows, or those behind `after` (the id of the last event that the page has), then the overview whenever it has changed; and the
 * same of what comes, until `signal`.
 */
export async function* followRun(
  root: string,
  name: string,
  { after, signal }: { after?: string | undefined; signal: AbortSignal },
): AsyncGenerator<StreamEvent<LiveEvent>> {
  const watch = new RunWatch(root, name, after);
  let told = '';
  for (let first = true; !signal.aborted; first = false) {
    const { values, anew } = await watch.newRows();
    // The first event says whether what the page has still holds.
    if (first || anew || values.length > 0)
      yield { id: watch.position, data: { kind: 'rows', rows: values, anew: anew || (first && after === undefined) } };
    const overview = await watch.overview();
    const text = JSON.stringify(overview);
    if (text !== told) yield { id: watch.position, data: { kind: 'overview', overview } };
    told = text;
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
