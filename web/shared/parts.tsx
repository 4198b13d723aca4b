/** What all pages are made of. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { keepToken, type ApiFailure, type Loaded } from './api.js';

/** A page under its heading. */
export function Page({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <main id="main" tabIndex={-1}>
      <h1>{title}</h1>
      {lead !== undefined && <p class="lead">{lead}</p>}
      {children}
    </main>
  );
}

/** Shows what has come, that it is being waited for, or why it did not come. */
export function Waiting<T>({
  loaded,
  again,
  children,
}: {
  loaded: Loaded<T>;
  again: () => void;
  children: (value: T) => ComponentChildren;
}): JSX.Element {
  if (loaded.state === 'loading') return <p role="status">Loading…</p>;
  if (loaded.state === 'failed') return <Failure failure={loaded.failure} again={again} />;
  return <>{children(loaded.value)}</>;
}

export function Failure({ failure, again }: { failure: ApiFailure; again: () => void }) {
  if (failure.status === 401) return <TokenForm again={again} />;
  // Only calls of runs can be missing: a run or a rollout that is not there is answered by another status.
  if (failure.status === 404) return <NoRuns />;
  return (
    <div class="notice wrong" role="alert">
      <p>
        <strong>{failure.message}</strong>
      </p>
      {failure.hint !== undefined && <p>{failure.hint}</p>}
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

/** Nothing is there, and what would put something there. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="notice">{children}</div>;
}

function NoRuns() {
  return (
    <Empty>
      This server was started without a folder of runs, so it has none to show. <code>ra-rft serve RUNS</code> shows
      those of a folder; options as <code>--retriever</code> may stand beside it.
    </Empty>
  );
}

/**
 * The option of a choice that its list does not have, or not yet: without one the list would show nothing, or another choice. Nothing
 * where the list has it.
 */
export function OptionBeside({ value, among }: { value: string | undefined; among: readonly string[] }) {
  return value === undefined || value === '' || among.includes(value) ? null : <option value={value}>{value}</option>;
}

function TokenForm({ again }: { again: () => void }) {
  const [token, setToken] = useState('');
  return (
    <form
      class="notice"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(token);
        again();
      }}
    >
      <p>This server wants the token that it was started with.</p>
      <label>
        Token <input type="password" value={token} onInput={(event) => setToken(event.currentTarget.value)} />
      </label>{' '}
      <button type="submit">Go on</button>
    </form>
  );
}

/** A time of the server in the reader's own clock. */
export function Time({ at }: { at: string }) {
  const time = new Date(at);
  return <time dateTime={at}>{time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}</time>;
}
