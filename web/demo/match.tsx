/** The token match of the question and the chosen trace. */
import { useEffect, useState } from 'preact/hooks';
import type { Trace } from '../../src/data/types.js';
import { TokenMatch, type TokenMatchProps } from '../shared/token-match.js';
import type { Caller } from './rpc.js';
import type { DemoMethods } from './worker.js';

export interface MatchProps {
  models: Caller<DemoMethods>;
  question: string;
  trace: Trace;
}

export function Match({ models, question, trace }: MatchProps) {
  const [match, setMatch] = useState<TokenMatchProps>();

  useEffect(() => {
    let isLast = true;
    void models.call('match', [question, trace]).then((found) => isLast && setMatch(found));
    return () => {
      isLast = false;
    };
  }, [question, trace.id]);

  if (!match) return null;
  return (
    <section aria-labelledby="match-heading">
      <h2 id="match-heading">Why this trace</h2>
      {match.matches.length === 0 ? (
        <p>This retriever makes one vector of a whole text, so there is no match of single tokens.</p>
      ) : (
        <>
          <p>
            Every token of the question meets the nearest token of the trace; the score is the mean of these
            similarities.
          </p>
          <TokenMatch {...match} />
        </>
      )}
    </section>
  );
}
