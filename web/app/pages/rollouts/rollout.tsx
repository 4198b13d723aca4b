/** One rollout, or two beside each other. */
import type { RolloutAnswer } from '../../../../src/serve/runs/rollouts/schemas.js';
import { useAnswer } from '../../../shared/api.js';
import { useKeys } from '../../../shared/keys.js';
import { Page, Waiting } from '../../../shared/parts.js';
import { linkTo } from '../../../shared/route.js';
import {
  apiPath,
  besideOf,
  Outcome,
  Responses,
  rolloutAddress,
  ShownTrace,
  SignalMark,
  signed,
  type Place,
} from '../../rollout-parts.js';
import { RunNav } from '../../run-nav.js';
import { SameProblems } from './same-problem.js';
import { PromptText, TokenText } from './token-text.js';

export function RolloutPage({ place, query }: { place: Place; query: URLSearchParams }) {
  const asked = query.get('with') ?? undefined;
  const beside = asked === undefined ? undefined : placeOf(place.run, asked);
  return (
    <Page title={beside ? 'Two rollouts' : 'Rollout'} lead={<>of {place.run}</>}>
      <RunNav name={place.run} current="Steps" />
      {asked !== undefined && !beside && <p class="notice wrong">{asked} is no rollout: ARM/STEP/GROUP/SAMPLE.</p>}
      {beside ? (
        <>
          <p>
            <a href={rolloutAddress(place)}>Only the first</a> · <a href={rolloutAddress(beside)}>Only the second</a> ·{' '}
            <a href={rolloutAddress(beside, besideOf(place))}>Change places</a>
          </p>
          <div class="columns">
            <One place={place} beside={besideOf(place) === asked ? undefined : asked} first />
            <One place={beside} />
          </div>
        </>
      ) : (
        <One place={place} first />
      )}
    </Page>
  );
}

/** `ARM/STEP/GROUP/SAMPLE`; undefined where it is not that. */
function placeOf(run: string, text: string): Place | undefined {
  const [, arm, step, group, sample] = /^([^/]+)\/([^/]+)\/(\d+)\/(\d+)$/.exec(text) ?? [];
  if (arm === undefined || step === undefined) return undefined;
  return { run, arm, step, group: Number(group), sample: Number(sample) };
}

/** The first has its neighbours on keys. */
function One({ place, beside, first = false }: { place: Place; beside?: string | undefined; first?: boolean }) {
  const { run, arm, step, group, sample } = place;
  const { loaded, again } = useAnswer<RolloutAnswer>(apiPath(['runs', run, 'rollouts', arm, step, group, sample]));
  return (
    <article class="rollout" aria-label={besideOf(place)}>
      <Waiting loaded={loaded} again={again}>
        {(answer) => <Shown place={place} beside={beside} answer={answer} first={first} />}
      </Waiting>
    </article>
  );
}

interface ShownProps {
  place: Place;
  beside: string | undefined;
  answer: RolloutAnswer;
  first: boolean;
}

function Shown({ place, beside, answer, first }: ShownProps) {
  const { problem, traces, hint, prompt, promptTokens, notes } = answer;
  return (
    <>
      <Head place={place} beside={beside} answer={answer} first={first} />
      <Verdict answer={answer} />
      <h3>
        Response{' '}
        <span class="note">
          {answer.tokens} tokens{answer.stopReason === 'length' ? ', cut off' : ''}
        </span>
      </h3>
      {answer.pieces ? (
        <TokenText pieces={answer.pieces} traces={traces.length} />
      ) : (
        <div class="text">{answer.text}</div>
      )}
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <h3>Problem</h3>
      <p class="words">{problem.question ?? 'The data no longer have it.'}</p>
      <p class="note">
        <code>{problem.id}</code>
        {problem.answer !== undefined && (
          <>
            , gold answer <code>{problem.answer}</code>
          </>
        )}
        {problem.split !== undefined && `, split ${problem.split}`}
        {problem.type !== undefined && `, type ${problem.type}`}
      </p>
      {problem.solution !== undefined && (
        <details>
          <summary>Its own solution</summary>
          <div class="text">{problem.solution}</div>
        </details>
      )}
      <h3>{traces.length === 1 ? 'Trace in the prompt' : 'Traces in the prompt'}</h3>
      {traces.length === 0 && <p>None.</p>}
      {traces.map((trace) => (
        <ShownTrace key={trace.id} trace={trace} />
      ))}
      {hint !== undefined && (
        <>
          <h3>Hint in the prompt</h3>
          <div class="text">{hint}</div>
        </>
      )}
      {prompt && (
        <details>
          <summary>The prompt as it was sent, {promptTokens} tokens</summary>
          <PromptText pieces={prompt} />
        </details>
      )}
      <SameProblems place={place} problemId={problem.id} />
    </>
  );
}

function Head({ place, beside, answer, first }: ShownProps) {
  const { run, arm, step, group, sample } = place;
  const { samples, groups, signal, replaced, kind } = answer;
  const to = (own: Partial<Place>) => rolloutAddress({ ...place, ...own }, beside);
  const before = sample > 0 ? to({ sample: sample - 1 }) : undefined;
  const after = sample + 1 < samples.length ? to({ sample: sample + 1 }) : undefined;
  const groupBefore = group > 0 ? to({ group: group - 1, sample: 0 }) : undefined;
  const groupAfter = group + 1 < groups ? to({ group: group + 1, sample: 0 }) : undefined;
  useKeys(first ? { j: after, k: before, n: groupAfter, p: groupBefore } : {});
  const keyed = (key: string) => (first ? ` (${key})` : '');
  return (
    <>
      <h2>
        <a href={linkTo(['runs', run, 'steps', arm])}>{arm}</a>,{' '}
        <a href={linkTo(['runs', run, 'steps', arm, step])}>{kind === 'training' ? `step ${step}` : step}</a>, group{' '}
        {group}, sample {sample}
      </h2>
      <nav class="pills" aria-label={`Neighbours of ${besideOf(place)}`}>
        {before !== undefined && <a href={before}>Previous sample{keyed('k')}</a>}
        {after !== undefined && <a href={after}>Next sample{keyed('j')}</a>}
        {groupBefore !== undefined && <a href={groupBefore}>Previous group{keyed('p')}</a>}
        {groupAfter !== undefined && <a href={groupAfter}>Next group{keyed('n')}</a>}
      </nav>
      <p>
        <SignalMark signal={signal} />
        {replaced && ' first try, replaced by one with context'}{' '}
        <Responses place={{ run, arm, step, group }} responses={samples} current={sample} beside={beside} />
      </p>
      {first && beside === undefined && <BesideForm place={place} samples={samples.length} />}
    </>
  );
}

/** Another sample of the group is what one mostly wants beside it. */
function BesideForm({ place, samples }: { place: Place; samples: number }) {
  const others = Array.from({ length: samples }, (_, i) => i).filter((i) => i !== place.sample);
  return (
    <p class="note">
      Put beside it sample:{' '}
      {others.map((sample) => (
        <a key={sample} class="id" href={rolloutAddress(place, besideOf({ ...place, sample }))}>
          {sample}
        </a>
      ))}
      or one of the same problem, below.
    </p>
  );
}

function Verdict({ answer: { verdict, reward, advantage, policyVersion, seed } }: { answer: RolloutAnswer }) {
  const rows: [string, string | undefined][] = [
    ['rule', verdict.rule],
    ['extracted answer', verdict.extracted],
    ['its normal form', verdict.answerForm],
    ['normal form of the gold answer', verdict.goldForm],
    ['reason', verdict.reason],
    ['reward', reward === null ? 'none: the verifier failed' : String(reward)],
    ['advantage', advantage === null ? undefined : signed(advantage)],
    ['policy version', policyVersion === undefined ? undefined : String(policyVersion)],
    ['seed', seed === undefined ? undefined : String(seed)],
  ];
  return (
    <table>
      <tbody>
        <tr>
          <th scope="row">verdict</th>
          <td>
            <Outcome outcome={verdict.outcome} />
          </td>
        </tr>
        {rows.map(
          ([name, value]) =>
            value !== undefined && (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="words">{value}</td>
              </tr>
            ),
        )}
      </tbody>
    </table>
  );
}
