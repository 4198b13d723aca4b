/** Judged pairs behind filters that stand in the address. */
import { useState } from 'preact/hooks';
import type { JudgedPair, JudgeLine, PairsAnswer, Verdict } from '../../src/serve/runs/label-schemas.js';
import { useAnswer } from '../shared/api.js';
import { OptionBeside, Waiting } from '../shared/parts.js';
import { linkTo } from '../shared/route.js';

const FILTERS = ['judge', 'said', 'min', 'max', 'text', 'order'] as const;
type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function JudgedPairs({
  name,
  judges,
  query,
}: {
  name: string;
  judges: readonly JudgeLine[];
  query: URLSearchParams;
}) {
  const filters: Filters = Object.fromEntries(
    FILTERS.flatMap((key) => (query.get(key) ? [[key, query.get(key)]] : [])),
  );
  const from = Math.max(0, Math.trunc(Number(query.get('from')) || 0));
  const search = new URLSearchParams({ ...filters, from: String(from) }).toString();
  const { loaded, again } = useAnswer<PairsAnswer>(`v1/runs/${encodeURIComponent(name)}/labels/pairs?${search}`);
  const address = (more: Record<string, string | number | undefined>) =>
    linkTo(['runs', name, 'labels'], { ...filters, ...more });
  return (
    <>
      <FilterForm
        key={JSON.stringify(filters)}
        filters={filters}
        judges={judges}
        onFilter={(next) => (location.hash = linkTo(['runs', name, 'labels'], next))}
      />
      <Waiting loaded={loaded} again={again}>
        {({ total, differing, pairs, limit }) => (
          <>
            <p class="note" role="status">
              {total === 0
                ? 'No pair passes these filters.'
                : `${from + 1} to ${from + pairs.length} of ${total} pairs; judges differ on ${differing} of them.`}
            </p>
            <ol class="plain">
              {pairs.map((pair) => (
                <Pair key={`${pair.problem.id} ${pair.trace.id}`} name={name} pair={pair} judges={judges} />
              ))}
            </ol>
            <p>
              {from > 0 && <a href={address({ from: Math.max(0, from - limit) })}>Pairs before</a>}{' '}
              {from + pairs.length < total && <a href={address({ from: from + limit })}>Pairs after</a>}
            </p>
          </>
        )}
      </Waiting>
    </>
  );
}

function FilterForm({
  filters,
  judges,
  onFilter,
}: {
  filters: Filters;
  judges: readonly JudgeLine[];
  onFilter: (filters: Filters) => void;
}) {
  const [draft, setDraft] = useState(filters);
  const change = (key: keyof Filters) => (event: { currentTarget: { value: string } }) => {
    const { [key]: _before, ...rest } = draft;
    const { value } = event.currentTarget;
    setDraft(value === '' ? rest : { ...rest, [key]: value });
  };
  return (
    <form
      class="bar"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(draft);
      }}
    >
      <label>
        Judge
        <select value={draft.judge ?? 'run'} onChange={change('judge')}>
          <OptionBeside value={draft.judge} among={judges.map(({ id }) => id)} />
          {judges.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Says
        <select value={draft.said ?? ''} onChange={change('said')}>
          <option value="">anything</option>
          <option value="yes">relevant</option>
          <option value="no">not relevant</option>
          <option value="failed">nothing: it failed</option>
        </select>
      </label>
      <label>
        Gain from
        <input type="number" step="any" size={6} value={draft.min ?? ''} onInput={change('min')} />
      </label>
      <label>
        Gain to
        <input type="number" step="any" size={6} value={draft.max ?? ''} onInput={change('max')} />
      </label>
      <label>
        Text
        <input type="search" value={draft.text ?? ''} onInput={change('text')} />
      </label>
      <label>
        First
        <select value={draft.order ?? ''} onChange={change('order')}>
          <option value="">disagreements, the surest first</option>
          <option value="gain">the highest gain</option>
          <option value="file">as the file has them</option>
        </select>
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

function Pair({ name, pair, judges }: { name: string; pair: JudgedPair; judges: readonly JudgeLine[] }) {
  const { problem, trace, verdicts, differ } = pair;
  const nameOf = (id: string) => judges.find((judge) => judge.id === id)?.name ?? id;
  const isGain = (id: string) => nameOf(id).startsWith('utility');
  return (
    <li class="hit">
      <p>
        {differ && <span class="status wrong-text">judges differ</span>}{' '}
        {verdicts.map((verdict) => (
          <span key={verdict.judge} class="status">
            {nameOf(verdict.judge)}: {said(verdict)}
            {verdict.score !== undefined && `, ${isGain(verdict.judge) ? 'gain' : 'score'} ${verdict.score.toFixed(2)}`}
          </span>
        ))}{' '}
        <a
          class="note"
          href={linkTo(['runs', name, 'retrieval'], { problem: problem.id, rule: 'training' })}
          aria-label={`Retrieval for ${problem.id}`}
        >
          retrieval
        </a>
      </p>
      {verdicts.map(
        ({ judge, reason, failed }) =>
          (reason ?? failed) !== undefined && (
            <p key={judge} class="wrap">
              <span class="note">{nameOf(judge)}:</span> {reason ?? failed}
            </p>
          ),
      )}
      <div class="columns">
        <Side title="Problem" side={problem} />
        <Side title="Trace" side={trace} />
      </div>
    </li>
  );
}

function Side({ title, side: { id, question, solution } }: { title: string; side: JudgedPair['problem'] }) {
  return (
    <div>
      <p class="note">
        {title} <code>{id}</code>
      </p>
      <p class="wrap">{question}</p>
      <details>
        <summary>Its solution</summary>
        <pre>{solution}</pre>
      </details>
    </div>
  );
}

function said({ relevant, inferred }: Verdict): string {
  if (relevant === null) return 'failed';
  return `${relevant ? 'relevant' : 'not relevant'}${inferred ? ' (inferred)' : ''}`;
}
