/** What the pages of rollouts share: outcomes, rewards, traces, pages of a list. */
import type { ShortResponse, ShownSignal } from '../../src/serve/runs/rollouts/schemas.js';
import { linkTo } from '../shared/route.js';

/** What comparisons of each kind are. */
export const SIGNALS: Readonly<Record<ShownSignal, string>> = {
  mixed: 'right and wrong responses: these carry a gradient',
  'all-right': 'every response is right',
  'all-wrong': 'every response is wrong',
  failed: 'fewer than two responses have a reward',
};

/** A sign, so that colour is not the only one. */
export function signOf(outcome: string): string {
  if (outcome === 'match') return '✓';
  if (outcome === 'partial') return '◐';
  return outcome === 'mismatch' || outcome === 'no_answer' || outcome === 'too_costly' ? '✗' : '?';
}

const isRight = (outcome: string) => outcome === 'match' || outcome === 'partial';

export function Outcome({ outcome }: { outcome: string }) {
  return (
    <span class={`outcome ${isRight(outcome) ? 'right-text' : 'wrong-text'}`}>
      <span aria-hidden="true">{signOf(outcome)}</span> {outcome}
    </span>
  );
}

export function SignalMark({ signal }: { signal: ShownSignal }) {
  return (
    <span class={`signal ${signal}`} title={SIGNALS[signal]}>
      {signal}
    </span>
  );
}

/** A number with its sign. */
export function signed(value: number): string {
  const text = value.toFixed(2);
  return value > 0 ? `+${text}` : text;
}

export interface Place {
  run: string;
  arm: string;
  step: string;
  group: number;
  sample: number;
}

export const rolloutAddress = ({ run, arm, step, group, sample }: Place, beside?: string) =>
  linkTo(['runs', run, 'rollouts', arm, step, group, sample], { with: beside });

/** The value of `with=`: another rollout of the run. */
export const besideOf = ({ arm, step, group, sample }: Place) => [arm, step, group, sample].join('/');

/** All responses of a group, each a link; the one that is looked at is marked. */
export function Responses({
  place,
  responses,
  current,
  beside,
}: {
  place: Omit<Place, 'sample'>;
  responses: readonly ShortResponse[];
  current?: number;
  /** What stands beside it stays there. */
  beside?: string | undefined;
}) {
  return (
    <span class="chips">
      {responses.map(({ outcome, reward, advantage }, sample) => (
        <a
          key={sample}
          class={`chip ${isRight(outcome) ? 'right' : 'wrong'}`}
          href={rolloutAddress({ ...place, sample }, beside)}
          aria-current={sample === current ? 'true' : undefined}
          title={`sample ${sample}: ${outcome}, reward ${reward ?? 'none'}`}
        >
          <span class="unseen">
            sample {sample} {outcome}{' '}
          </span>
          <span aria-hidden="true">{signOf(outcome)}</span>
          {reward !== null && reward !== 0 && reward !== 1 ? ` ${reward.toFixed(2)}` : ''}
          {advantage === null ? '' : ` ${signed(advantage)}`}
        </a>
      ))}
    </span>
  );
}

/** A solved problem that stood in a prompt. */
export function ShownTrace({ trace }: { trace: { id: string; question?: string; trace?: string } }) {
  return (
    <div class="trace">
      <p class="note">
        Trace <code>{trace.id}</code>
      </p>
      {trace.question === undefined && trace.trace === undefined ? (
        <p>The corpus no longer has it.</p>
      ) : (
        <>
          <p class="words">{trace.question}</p>
          <div class="text">{trace.trace}</div>
        </>
      )}
    </div>
  );
}

/** Ways to the other pages of a list; nothing where there is one. */
export function Pager({ page, pages, address }: { page: number; pages: number; address: (page: number) => string }) {
  if (pages <= 1) return null;
  return (
    <nav class="pager" aria-label="Pages of the list">
      {page > 0 && <a href={address(page - 1)}>Previous page</a>}
      <span>
        Page {page + 1} of {pages}
      </span>
      {page + 1 < pages && <a href={address(page + 1)}>Next page</a>}
    </nav>
  );
}

/** A page of an address: 0 where it names none. */
export function pageOf(query: URLSearchParams): number {
  const page = Number(query.get('page') ?? 0);
  return Number.isSafeInteger(page) && page >= 0 ? page : 0;
}

/** The path of a call, its parts encoded. */
export function apiPath(parts: readonly (string | number)[], query: Record<string, string | number | undefined> = {}) {
  return `v1/${linkTo(parts, query).slice('#/'.length)}`;
}
