/** The traces that the retriever finds; one of them stands before the problem in the prompt. */
import type { FoundTrace } from './worker.js';

export interface TracesProps {
  hits: readonly FoundTrace[];
  chosen: number;
  /** In the corpus. */
  traces: number;
  busy: boolean;
  choose: (place: number) => void;
}

export function Traces({ hits, chosen, traces, busy, choose }: TracesProps) {
  if (hits.length === 0)
    return (
      <section>
        <h2>No trace</h2>
        <p>No trace of the corpus may stand beside this problem: each repeats its text or has its answer.</p>
      </section>
    );
  return (
    <section>
      <fieldset class="traces" disabled={busy}>
        <legend>
          <h2>The best of {traces} solved problems</h2>
        </legend>
        {hits.map(({ trace, score }, place) => (
          <label key={trace.id} class={place === chosen ? 'trace chosen' : 'trace'}>
            <input type="radio" name="trace" checked={place === chosen} onChange={() => choose(place)} />
            <span>
              <span class="question">{trace.question}</span> <span class="solution">{trace.trace}</span>
              <span class="note">score {score.toFixed(3)}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </section>
  );
}
