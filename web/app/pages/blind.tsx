/** A person labels pairs without seeing what anybody says of them. */
import { useRef, useState } from 'preact/hooks';
import { auditGlossary } from '../../../src/judge/agreement.js';
import type { BlindState } from '../../../src/serve/runs/label-schemas.js';
import { ApiFailure, ask, useAnswer } from '../../shared/api.js';
import { usePressed } from '../../shared/keys.js';
import { Failure, Page, Waiting } from '../../shared/parts.js';
import { linkTo } from '../../shared/route.js';
import { Agreements } from '../agreements.js';
import { RunNav } from '../run-nav.js';

/** Typed once, kept by this browser. */
const WHO = 'ra-rft-who';

export function BlindPage({ name }: { name: string }) {
  const [who, setWho] = useState(localStorage.getItem(WHO) ?? '');
  return (
    <Page
      title={`${name}: label pairs`}
      lead="Would the trace help somebody to find the way to solve the problem? What the judges say is not shown."
    >
      <RunNav name={name} current="Labels" />
      {who === '' ? (
        <NameForm
          onName={(given) => {
            localStorage.setItem(WHO, given);
            setWho(given);
          }}
        />
      ) : (
        <>
          <p class="note">
            You label as <strong>{who}</strong>.{' '}
            <button
              type="button"
              onClick={() => {
                localStorage.removeItem(WHO);
                setWho('');
              }}
            >
              Somebody else
            </button>{' '}
            <a href={linkTo(['runs', name, 'labels'])}>All labels</a>
          </p>
          <Pairs key={who} name={name} who={who} />
        </>
      )}
    </Page>
  );
}

function NameForm({ onName }: { onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      class="notice"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') onName(name.trim());
      }}
    >
      <p>
        Your name stands beside your answers in human-labels.jsonl of the run, so that agreement can be told by person.
      </p>
      <label>
        Your name
        <input required maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>{' '}
      <button type="submit">Begin</button>
    </form>
  );
}

function Pairs({ name, who }: { name: string; who: string }) {
  const path = `v1/runs/${encodeURIComponent(name)}/labels/blind`;
  const { loaded, again } = useAnswer<BlindState>(`${path}?${new URLSearchParams({ who }).toString()}`);
  const [newer, setNewer] = useState<BlindState>();
  const [failure, setFailure] = useState<ApiFailure>();
  const busy = useRef(false);
  const send = async (to: string, json: unknown) => {
    if (busy.current) return;
    busy.current = true;
    try {
      setNewer(await ask<BlindState>(to, { json }));
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error)));
    } finally {
      busy.current = false;
    }
  };
  return (
    <Waiting loaded={loaded} again={again}>
      {(first) => {
        const state = newer ?? first;
        return (
          <>
            {failure && (
              <Failure failure={failure} again={() => (setFailure(undefined), setNewer(undefined), again())} />
            )}
            <Labelling
              state={state}
              onAnswer={(relevant) => state.next && void send(path, { who, key: state.next.key, relevant })}
              onUndo={() => state.last && void send(`${path}/undo`, { who })}
            />
          </>
        );
      }}
    </Waiting>
  );
}

const KEYS: Readonly<Record<string, boolean | null>> = { y: true, n: false, u: null };

interface LabellingProps {
  state: BlindState;
  onAnswer: (relevant: boolean | null) => void;
  onUndo: () => void;
}

function Labelling({ state: { next, done, of, last, agreements }, onAnswer, onUndo }: LabellingProps) {
  usePressed(({ key, repeat }) => {
    if (repeat) return;
    const relevant = KEYS[key];
    if (relevant !== undefined) onAnswer(relevant);
    else if (key === 'z') onUndo();
  });
  return (
    <>
      <p role="status">
        {done} of {of} pairs done.
        {last && ` Before: ${last.relevant === null ? 'cannot tell' : last.relevant ? 'yes' : 'no'}.`}
      </p>
      <div class="bar">
        <button type="button" disabled={!next} onClick={() => onAnswer(true)}>
          Yes (y)
        </button>
        <button type="button" disabled={!next} onClick={() => onAnswer(false)}>
          No (n)
        </button>
        <button type="button" disabled={!next} onClick={() => onAnswer(null)}>
          Cannot tell (u)
        </button>
        <button type="button" disabled={!last} onClick={onUndo}>
          Undo (z)
        </button>
      </div>
      {next ? (
        <div class="columns">
          <section aria-label="Problem">
            <h2>Problem</h2>
            <p class="wrap">{next.problem}</p>
            <pre>{next.solution}</pre>
          </section>
          <section aria-label="Trace">
            <h2>Trace</h2>
            <p class="wrap">{next.reference}</p>
            <pre>{next.referenceSolution}</pre>
          </section>
        </div>
      ) : (
        <p class="notice">{of === 0 ? 'The run has no pair to be labelled.' : 'All pairs are labelled. Thank you.'}</p>
      )}
      <h2>Your agreement</h2>
      <Agreements lines={agreements} none="It is told when you have labelled a pair." />
      <p class="note">
        The pairs are half relevant ones, as far as there are; the figures undo that. Kappa: {auditGlossary.kappa}
      </p>
    </>
  );
}
