/**
 * Discrete-event simulation of servers that sample many sequences at a time: all sequences of a server get a token a decoding step, and a
 * step takes longer the more there are. The events are the ends of responses.
 */

export interface Samplers {
  servers: number;
  /** Sequences of a server at a time; others wait their turn, the first come first. */
  slots: number;
  /** Seconds of a decoding step, however many sequences there are. */
  fixedSeconds: number;
  /** Further seconds of a step for each sequence. */
  perSequenceSeconds: number;
}

export interface Sampled {
  /** When the last response of each group has ended: groups come back whole. */
  groupEnds_N: number[];
  /** When everything has ended. */
  seconds: number;
  /** Server-seconds without any sequence until then: others still sample the longest responses. */
  idle: number;
  /** Server-seconds weighted with the share of the server's largest batch that is missing: what a shrinking batch wastes. */
  thin: number;
}

/** Samples groups of responses of these lengths. A group stays on one server, which computes its prompt once; servers take turns. */
export function sampleGroups(lengths_NG: readonly (readonly number[])[], samplers: Samplers): Sampled {
  const groupEnds_N = lengths_NG.map(() => 0);
  const perServer = Array.from({ length: samplers.servers }, (_, server) =>
    lengths_NG.flatMap((lengths_G, n) =>
      n % samplers.servers === server ? lengths_G.map((length) => ({ length, n })) : [],
    ),
  );
  const runs = perServer.map((responses) =>
    runServer(responses, samplers, (n, at) => (groupEnds_N[n] = Math.max(groupEnds_N[n]!, at))),
  );
  const seconds = Math.max(0, ...runs.map((run) => run.seconds));
  const idle = runs.reduce((sum, run) => sum + seconds - run.seconds, 0);
  return { groupEnds_N, seconds, idle, thin: runs.reduce((sum, run) => sum + run.thin, 0) };
}

interface Waiting {
  length: number;
  n: number;
}

function runServer(
  responses: readonly Waiting[],
  { slots, fixedSeconds, perSequenceSeconds }: Samplers,
  ended: (n: number, at: number) => void,
): { seconds: number; thin: number } {
  const waiting = [...responses];
  // Ends in decoding steps of this server, the latest first: whoever begins at step s with length L ends at s + L.
  const active: { end: number; n: number }[] = [];
  let [seconds, thin, steps, largest] = [0, 0, 0, 0];
  for (;;) {
    while (active.length < slots && waiting.length > 0) {
      const { length, n } = waiting.shift()!;
      const end = steps + length;
      active.splice(placeOf(active, end), 0, { end, n });
    }
    const next = active.at(-1);
    if (!next) return { seconds, thin };
    largest = Math.max(largest, active.length);
    const lasts = (next.end - steps) * (fixedSeconds + perSequenceSeconds * active.length);
    seconds += lasts;
    thin += lasts * (1 - active.length / largest);
    steps = next.end;
    while (active.at(-1)?.end === steps) ended(active.pop()!.n, seconds);
  }
}

/** Where an end belongs in a list that falls. */
function placeOf(active: readonly { end: number }[], end: number): number {
  let [low, high] = [0, active.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (active[middle]!.end > end) low = middle + 1;
    else high = middle;
  }
  return low;
}
