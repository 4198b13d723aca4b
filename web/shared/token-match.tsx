/** The token match (MaxSim), drawn: which token of a trace each token of a question meets, and how near the two are. Asks nobody for anything. */
import { useId, useState } from 'preact/hooks';

export interface TokenMatchProps {
  /** Tokens of the question that have vectors. */
  query: readonly string[];
  /** Tokens of the trace, or of the part of it that matches best. */
  document: readonly string[];
  /** The nearest token of the trace for each token of the question. */
  matches: readonly { documentToken: number; similarity: number }[];
}

/** A token that the reader is at. */
type At = { side: 'query' | 'document'; token: number };

/**
 * A token's shade is its similarity. The token under the pointer or the focus, and those that it meets, are outlined, and a line says so in
 * words; arrow keys go from token to token.
 */
export function TokenMatch({ query, document, matches }: TokenMatchProps) {
  const [at, setAt] = useState<At>();
  const about = useId();
  const met = metBy(matches);
  const best = document.map((_, token) =>
    Math.max(0, ...(met.get(token) ?? []).map((q) => matches[q]?.similarity ?? 0)),
  );
  const marked = (side: At['side'], token: number) => {
    if (!at) return false;
    if (at.side === side) return at.token === token;
    const [q, d] = side === 'query' ? [token, at.token] : [at.token, token];
    return matches[q]?.documentToken === d;
  };
  const shared = { at, onAt: setAt, marked, about };
  return (
    <div class="token-match" onMouseLeave={() => setAt(undefined)}>
      <p class="note" id={about} role="status">
        {at
          ? saidOf(at, { query, document, matches, met })
          : 'Darker: nearer. Point at a token, or use the arrow keys.'}
      </p>
      <Tokens
        {...shared}
        side="query"
        name="Tokens of the question"
        tokens={query}
        shades={matches.map(({ similarity }) => similarity)}
      />
      <Tokens {...shared} side="document" name="Tokens of the trace" tokens={document} shades={best} />
    </div>
  );
}

interface TokensProps {
  side: At['side'];
  name: string;
  tokens: readonly string[];
  /** 0 to 1 each. */
  shades: readonly number[];
  at: At | undefined;
  onAt: (at: At) => void;
  marked: (side: At['side'], token: number) => boolean;
  about: string;
}

/** One stop of the Tab key; within, the arrow keys move. */
function Tokens({ side, name, tokens, shades, at, onAt, marked, about }: TokensProps) {
  const current = at?.side === side ? at.token : 0;
  const move = (event: KeyboardEvent, list: HTMLElement) => {
    const last = tokens.length - 1;
    const steps: Record<string, number> = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: last };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    list.querySelectorAll('button')[Math.min(last, Math.max(0, next))]?.focus();
  };
  return (
    <div
      class="tokens"
      role="group"
      aria-label={name}
      aria-describedby={about}
      onKeyDown={(event) => move(event, event.currentTarget)}
    >
      {tokens.map((token, place) => {
        // Squared: most similarities are high, and it is their differences that are looked for.
        const shade = Math.round(100 * Math.min(1, Math.max(0, shades[place] ?? 0)) ** 2);
        return (
          <button
            type="button"
            key={place}
            tabIndex={place === current ? 0 : -1}
            class={`token${marked(side, place) ? ' marked' : ''}`}
            style={{ '--shade': `${shade}%` }}
            onFocus={() => onAt({ side, token: place })}
            onMouseEnter={() => onAt({ side, token: place })}
          >
            {shownToken(token)}
          </button>
        );
      })}
    </div>
  );
}

/** Tokens of the question that meet each token of the trace. */
function metBy(matches: TokenMatchProps['matches']): ReadonlyMap<number, number[]> {
  const met = new Map<number, number[]>();
  matches.forEach(({ documentToken }, q) => met.set(documentToken, [...(met.get(documentToken) ?? []), q]));
  return met;
}

/** What is outlined, in words. */
function saidOf(
  { side, token }: At,
  { query, document, matches, met }: TokenMatchProps & { met: ReturnType<typeof metBy> },
): string {
  const quoted = (text: string | undefined) => `“${shownToken(text ?? '')}”`;
  if (side === 'query') {
    const match = matches[token];
    if (!match) return `${quoted(query[token])} meets nothing`;
    return `${quoted(query[token])} meets ${quoted(document[match.documentToken])}: similarity ${match.similarity.toFixed(2)}`;
  }
  const from = met.get(token) ?? [];
  if (from.length === 0) return `No token of the question is nearest to ${quoted(document[token])}`;
  const parts = from.map((q) => `${quoted(query[q])} (${matches[q]?.similarity.toFixed(2)})`);
  return `${quoted(document[token])} is met by ${parts.join(', ')}`;
}

/** Blanks around a token are cut, and one of blanks alone is made visible. */
function shownToken(token: string): string {
  return token.trim() || token.replaceAll('\n', '⏎').replaceAll(/\s/g, '␣') || '∅';
}
