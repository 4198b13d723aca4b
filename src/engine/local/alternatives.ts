/** Scoring other tokens than those of the responses: all, the most likely, or given ones. */
import type { Feed } from '../../tensor/index.js';
import { joined } from '../alternatives.js';
import type { Alternatives, ScoreGroup, WhichAlternatives } from '../types.js';
import { alternativesGraph } from './graphs.js';
import { microBatches, type BatchLimits } from './micro-batches.js';
import type { ModelState } from './model-state.js';
import { packGroups } from './packing.js';
import { rowFeeds, type OnDone } from './trainer.js';

/** log p of the alternatives at every position of every response. */
export async function scoreAlternatives(
  state: ModelState,
  groups: readonly ScoreGroup[],
  which: WhichAlternatives,
  limits: BatchLimits,
  onDone: OnDone = () => {},
): Promise<Alternatives[][]> {
  const { config } = state;
  const none = (): Alternatives => ({
    logprobs: new Float32Array(0),
    ...(which.kind !== 'all' && { ids: new Int32Array(0) }),
  });
  const out = groups.map(({ responses }) => responses.map(none));
  const work = groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((tokens) => ({ tokens })) }));
  const batches = microBatches(config, work, limits);
  const key = `alternatives ${which.kind === 'top' ? which.k : which.kind}`;
  for (const [i, { groups: batch, sources }] of batches.entries()) {
    const packed = packGroups(config, batch);
    const { hasPrefix, targets } = packed;
    const program = await state.program(`${key} ${hasPrefix}`, () => alternativesGraph(config, hasPrefix, which));
    const given = which.kind === 'given' ? sources.map((at) => which.ids_NG[at.group]![at.response]!) : undefined;
    const found = await program.run({
      ...rowFeeds(state, packed),
      ...(given && { alternativeIds: idsFeed(given, targets.length) }),
    });
    const logprobs = found['alternatives']!.data as Float32Array;
    const ids = found['topIds']?.data as Int32Array | undefined;
    const perRow = logprobs.length / targets.length;
    let row = 0;
    for (const [s, { group, response }] of sources.entries()) {
      const from = row * perRow;
      row += groups[group]!.responses[response]!.length;
      const own = given?.[s] ?? ids?.slice(from, row * perRow);
      out[group]![response] = { ...(own && { ids: own }), logprobs: logprobs.slice(from, row * perRow) };
    }
    onDone(i + 1, batches.length);
  }
  return out;
}

function idsFeed(given: readonly Int32Array[], rows: number): Feed {
  const data = joined(given, Int32Array);
  return { data, shape: [rows, data.length / rows] };
}
