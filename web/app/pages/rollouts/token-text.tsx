/** Texts token by token: how likely each was, and which were copied from a trace. */
import type { Piece } from '../../../../src/serve/runs/rollouts/schemas.js';
import { Wide } from '../../../shared/wide.js';

/** Shades from the likeliest to the least likely, by the probability that a piece has at least. */
const SHADES = [
  { least: 0.9, words: '0.9 or more' },
  { least: 0.5, words: '0.5 to 0.9' },
  { least: 0.1, words: '0.1 to 0.5' },
  { least: 0, words: 'below 0.1' },
] as const;

/** Rows of the table of numbers. */
const LEAST = 20;

const shadeOf = (logprob: number): number => SHADES.findIndex(({ least }) => Math.exp(logprob) >= least);

export function TokenText({ pieces, traces }: { pieces: readonly Piece[]; traces: number }) {
  const known = pieces.some(({ logprob }) => logprob !== undefined);
  const copied = pieces.filter((piece) => piece.copied).reduce((sum, { tokens }) => sum + tokens, 0);
  return (
    <>
      <div class="text tokens">
        {pieces.map((piece, at) => (
          <Token key={at} piece={piece} />
        ))}
      </div>
      {known && (
        <p class="note legend">
          Probability when sampled:{' '}
          {SHADES.map(({ words }, shade) => (
            <span key={words} class={`p${shade}`}>
              {words}
            </span>
          ))}
        </p>
      )}
      {traces > 0 && (
        <p class="note">
          {copied > 0 ? (
            <>
              <span class="copied">Underlined</span>: {copied} tokens that stand in a trace of the prompt in the same
              order, four or more in a row.
            </>
          ) : (
            'No four tokens in a row stand in a trace of the prompt.'
          )}
        </p>
      )}
      {known && <LeastLikely pieces={pieces} />}
    </>
  );
}

function Token({ piece: { text, special, logprob, copied } }: { piece: Piece }) {
  const shade = logprob === undefined ? '' : ` p${shadeOf(logprob)}`;
  const title = logprob === undefined ? undefined : numbers(logprob);
  return (
    <span class={`token${shade}${copied ? ' copied' : ''}${special ? ' control' : ''}`} title={title}>
      {text}
    </span>
  );
}

const numbers = (logprob: number) => `p ${Math.exp(logprob).toPrecision(3)}, log p ${logprob.toFixed(4)}`;

/** The numbers behind the shades, of the tokens that matter most. */
function LeastLikely({ pieces }: { pieces: readonly Piece[] }) {
  const rows = pieces
    .flatMap(({ text, logprob }, at) => (logprob === undefined ? [] : [{ text, logprob, at }]))
    .toSorted((a, b) => a.logprob - b.logprob)
    .slice(0, LEAST);
  return (
    <details>
      <summary>The {rows.length} least likely tokens in numbers</summary>
      <Wide name="Least likely tokens">
        <table>
          <thead>
            <tr>
              <th class="number">place</th>
              <th>token</th>
              <th class="number">probability</th>
              <th class="number">log p</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ text, logprob, at }) => (
              <tr key={at}>
                <td class="number">{at}</td>
                <td>
                  <code>{JSON.stringify(text)}</code>
                </td>
                <td class="number">{Math.exp(logprob).toPrecision(3)}</td>
                <td class="number">{logprob.toFixed(4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </details>
  );
}

/** Control tokens can be told from text that looks like them. */
export function PromptText({ pieces }: { pieces: readonly { text: string; special: boolean }[] }) {
  return (
    <div class="text tokens">
      {pieces.map(({ text, special }, at) => (
        <span key={at} class={special ? 'control' : ''}>
          {text}
        </span>
      ))}
    </div>
  );
}
