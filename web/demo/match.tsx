/** The token match (MaxSim): for every token of the question, the token of the trace that it meets. */
import { useEffect, useState } from 'preact/hooks';
import type { DrawnMatch } from '../../src/export/demo/match.js';
import type { Trace } from '../../src/data/types.js';
import type { Caller } from './rpc.js';
import type { DemoMethods } from './worker.js';

export interface MatchProps {
  models: Caller<DemoMethods>;
  question: string;
  trace: Trace;
}

export function Match({ models, question, trace }: MatchProps) {
  const [match, setMatch] = useState<DrawnMatch>();
  const [shown, setShown] = useState<number>();

  useEffect(() => {
    let isLast = true;
    void models.call('match', [question, trace]).then((found) => isLast && setMatch(found));
    return () => {
      isLast = false;
    };
  }, [question, trace.id]);

  if (!match) return null;
  if (match.matches.length === 0)
    return (
      <section aria-labelledby="match-heading">
        <h2 id="match-heading">Why this trace</h2>
        <p>This retriever makes one vector of a whole text, so there is no match of single tokens.</p>
      </section>
    );
  const met = shown === undefined ? undefined : match.matches[shown]?.documentToken;
  return (
    <section aria-labelledby="match-heading">
      <h2 id="match-heading">Why this trace</h2>
      <p id="match-about">
        Every token of the question meets the nearest token of the trace. The score is the mean of these similarities;
        the line under a token is as long as its own.
      </p>
      <ul class="tokens" aria-describedby="match-about">
        {match.query.map((token, place) => {
          const { documentToken, similarity } = match.matches[place]!;
          return (
            <li key={place}>
              <button
                type="button"
                class="token"
                aria-pressed={shown === place}
                onClick={() => setShown(shown === place ? undefined : place)}
                onMouseEnter={() => setShown(place)}
                onMouseLeave={() => setShown(undefined)}
              >
                <span>{token}</span>
                <span class="partner">{match.document[documentToken]}</span>
                <span class="similarity">{similarity.toFixed(2)}</span>
                <span class="similar" style={{ width: `${100 * Math.max(0, similarity)}%` }} />
              </button>
            </li>
          );
        })}
      </ul>
      <p class="document">
        {match.document.map((token, place) => (
          <span key={place} class={place === met ? 'met' : undefined}>
            {token}{' '}
          </span>
        ))}
      </p>
    </section>
  );
}
