/** Stopping and resuming a run, each asked about first. */
import { useRef, useState } from 'preact/hooks';
import type { RunOverview } from '../../../../src/serve/runs/overview-schemas.js';
import { ApiFailure, ask } from '../../../shared/api.js';

export function Control({ overview: { name, status, process } }: { overview: RunOverview }) {
  if (status === 'finished') return null;
  if (status === 'stopped') {
    return (
      <Asked
        key="resume"
        name={name}
        verb="resume"
        title="Resume this run?"
        text="A process of its own goes on with it from its newest checkpoint, with the configuration that the run keeps. It outlives this server; what it prints is appended to run.log in the run's folder."
      />
    );
  }
  if (process?.here !== true)
    return <span class="note">It runs on another machine, so it cannot be stopped from here.</span>;
  const own = process.servesPages ? ' These pages end with it: the same process serves them.' : '';
  return (
    <Asked
      key="stop"
      name={name}
      verb="stop"
      title="Stop this run?"
      text={`Its process gets the signal of Ctrl-C. Steps since its newest checkpoint are run again when it is resumed; nothing else is lost.${own}`}
    />
  );
}

function Asked({ name, verb, title, text }: { name: string; verb: 'stop' | 'resume'; title: string; text: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'open' | 'sent' | ApiFailure>('open');
  const label = verb === 'stop' ? 'Stop' : 'Resume';
  const send = async () => {
    dialog.current?.close();
    setState('sent');
    try {
      await ask(`v1/runs/${encodeURIComponent(name)}/${verb}`, { json: {} });
    } catch (error) {
      setState(error instanceof ApiFailure ? error : new ApiFailure(0, String(error)));
    }
  };
  return (
    <>
      <button type="button" disabled={state === 'sent'} onClick={() => dialog.current?.showModal()}>
        {state === 'sent' ? (verb === 'stop' ? 'Stopping…' : 'Starting…') : label}
      </button>
      {state instanceof ApiFailure && (
        <span role="alert" class="wrong-text breaks">
          {state.message} {state.hint}
        </span>
      )}
      <dialog ref={dialog} aria-label={title}>
        <h2>{title}</h2>
        <p>{text}</p>
        <div class="bar">
          <button type="button" onClick={() => void send()}>
            {label} {name}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Leave it as it is
          </button>
        </div>
      </dialog>
    </>
  );
}
