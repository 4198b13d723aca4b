/** Traces that a retriever found: what they say, how they were scored, which tokens met. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { TokenMatch, type TokenMatchProps } from '../shared/token-match.js';

export interface HitProps {
  rank: number;
  score: number;
  id: string;
  question: string;
  trace: string;
  /** What is known of it beside its texts. */
  facts?: ComponentChildren;
  match?: TokenMatchProps | undefined;
  /** Whether its tokens are drawn from the start. */
  open: boolean;
}

export function Hit({ rank, score, id, question, trace, facts, match, open }: HitProps) {
  return (
    <li class="hit">
      <p>
        <strong>{rank}.</strong> <code>{id}</code> <span class="note">score {score.toFixed(3)}</span> {facts}
      </p>
      <p class="wrap">{question}</p>
      <pre>{trace}</pre>
      {match && <Drawn match={match} open={open} />}
    </li>
  );
}

/** Drawn when it is looked at: texts have hundreds of tokens. */
function Drawn({ match, open }: { match: TokenMatchProps; open: boolean }) {
  const [shown, setShown] = useState(open);
  return (
    <details open={open} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>Which tokens meet</summary>
      {shown && <TokenMatch {...match} />}
    </details>
  );
}
