/** Responses of one policy to one problem, without a trace and with it, while they are said. */
import type { Said } from '../../src/export/demo/models.js';
import type { Verdict } from '../../src/verify/types.js';

/** Of all rounds on this problem. */
export interface Tally {
  right: number;
  judged: number;
}

/** The two responses of a round: without a trace, and with it. */
export interface Columns {
  round: number;
  tallies: readonly Tally[];
  responses: readonly ({ said: Said; verdict?: Verdict } | undefined)[];
  /** Known when both have ended. */
  tokensPerSecond?: number;
}

export interface AnswersProps {
  columns: Columns;
  answer: string | undefined;
  busy: boolean;
  again: () => void;
}

const names = ['Without a trace', 'With the trace'];

export function Answers({ columns, answer, busy, again }: AnswersProps) {
  const { responses, tallies, tokensPerSecond } = columns;
  return (
    <section aria-labelledby="answers-heading">
      <h2 id="answers-heading">What the policy answers</h2>
      <p>The fainter the line under a token, the surer the policy was of it.</p>
      <div class="columns">
        {names.map((name, place) => (
          <article key={name} aria-label={name}>
            <h3>{name}</h3>
            <p class="response">{responses[place] && <Tokens said={responses[place].said} />}</p>
            <p class="verdict" role="status">
              {responses[place]?.verdict && <VerdictText verdict={responses[place].verdict} answer={answer} />}
            </p>
            {tallies[place]!.judged > 1 && (
              <p class="note tally">
                Right in {tallies[place]!.right} of {tallies[place]!.judged} tries
              </p>
            )}
          </article>
        ))}
      </div>
      <p>
        <button type="button" disabled={busy} onClick={again}>
          Answer again
        </button>{' '}
        {tokensPerSecond !== undefined && <span class="note rate">{tokensPerSecond.toFixed(0)} tokens a second</span>}
      </p>
    </section>
  );
}

function Tokens({ said: { tokens, probabilities } }: { said: Said }) {
  return tokens.map((token, place) => {
    const probability = probabilities[place] ?? 0;
    return (
      <span key={place}>
        <span
          class="said"
          title={`probability ${probability.toFixed(3)}`}
          style={{ '--doubt': `${Math.round(100 * (1 - probability))}%` }}
        >
          {token}
        </span>{' '}
      </span>
    );
  });
}

function VerdictText({ verdict, answer }: { verdict: Verdict; answer: string | undefined }) {
  const { outcome, extracted, rule } = verdict;
  if (outcome === 'match')
    return (
      <>
        <strong class="right-text">Right:</strong> {extracted}
      </>
    );
  return (
    <>
      <strong class="wrong-text">Wrong:</strong> {extracted ?? 'no answer'} in place of {answer} ({rule})
    </>
  );
}
