/** A box for queries over the tables of a run. */
import { useRef, useState } from 'preact/hooks';
import type { SqlAnswer, SqlTables } from '../../../../src/serve/runs/sql/schemas.js';
import { ApiFailure, ask, useAnswer } from '../../../shared/api.js';
import { Page, Waiting } from '../../../shared/parts.js';
import { linkTo } from '../../../shared/route.js';
import { Wide } from '../../../shared/wide.js';
import { apiPath } from '../../rollout-parts.js';
import { RunNav } from '../../run-nav.js';
import { csvOf } from './csv.js';

export function SqlPage({ name, query }: { name: string; query: URLSearchParams }) {
  const { loaded, again } = useAnswer<SqlTables>(apiPath(['runs', name, 'sql']));
  return (
    <Page
      title={`SQL over ${name}`}
      lead="One SELECT of DuckDB over the tables of this run. Nothing else can be read, and nothing is written."
    >
      <RunNav name={name} current="SQL" />
      <Waiting loaded={loaded} again={again}>
        {(tables) =>
          tables.missing === undefined ? (
            <Box name={name} tables={tables} asked={query.get('q') ?? undefined} />
          ) : (
            <p class="notice">
              Queries need DuckDB, an optional package that is not installed here. <code>{tables.missing}</code>, then
              start the server again.
            </p>
          )
        }
      </Waiting>
    </Page>
  );
}

type State = { state: 'asking' } | { state: 'failed'; why: ApiFailure } | { state: 'there'; answer: SqlAnswer };

function Box({ name, tables, asked }: { name: string; tables: SqlTables; asked: string | undefined }) {
  const [query, setQuery] = useState(asked ?? tables.examples[0]?.query ?? '');
  const [state, setState] = useState<State>();
  const under = useRef<AbortController>(undefined);
  const run = async () => {
    under.current?.abort();
    const controller = (under.current = new AbortController());
    setState({ state: 'asking' });
    // It can be sent to somebody, and nothing is asked again for it.
    history.replaceState(null, '', linkTo(['runs', name, 'sql'], { q: query }));
    try {
      const answer = await ask<SqlAnswer>(apiPath(['runs', name, 'sql']), {
        json: { query },
        signal: controller.signal,
      });
      setState({ state: 'there', answer });
    } catch (error) {
      if (controller.signal.aborted) setState(undefined);
      else setState({ state: 'failed', why: error instanceof ApiFailure ? error : new ApiFailure(0, String(error)) });
    }
  };
  return (
    <div class="sql">
      <div>
        <form onSubmit={(event) => (event.preventDefault(), void run())}>
          <label class="whole">
            Query
            <textarea
              class="query"
              value={query}
              rows={8}
              spellcheck={false}
              onInput={(event) => setQuery(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
              }}
            />
          </label>
          <div class="bar">
            <button type="submit" disabled={state?.state === 'asking' || query.trim() === ''}>
              Ask (Ctrl+Enter)
            </button>
            {state?.state === 'asking' && (
              <button type="button" onClick={() => under.current?.abort()}>
                Stop
              </button>
            )}
            <label>
              Examples
              <select
                value=""
                onChange={(event) => setQuery(tables.examples[Number(event.currentTarget.value)]?.query ?? query)}
              >
                <option value="">choose</option>
                {tables.examples.map(({ about }, at) => (
                  <option key={about} value={at}>
                    {about}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </form>
        {state?.state === 'asking' && <p role="status">Asking…</p>}
        {state?.state === 'failed' && (
          <div class="notice wrong" role="alert">
            <pre>{state.why.message}</pre>
          </div>
        )}
        {state?.state === 'there' && <Answer name={name} answer={state.answer} />}
      </div>
      <Tables tables={tables.tables} />
    </div>
  );
}

function Tables({ tables }: { tables: SqlTables['tables'] }) {
  return (
    <section aria-label="Tables">
      <h2>Tables</h2>
      {tables.map(({ name, about, columns }) => (
        <details key={name}>
          <summary>
            <code>{name}</code> {about}
          </summary>
          <ul class="columns-list">
            {columns.map((column) => (
              <li key={column.name}>
                <code>{column.name}</code> <span class="note">{column.type}</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

function Answer({ name, answer }: { name: string; answer: SqlAnswer }) {
  const { columns, rows, more, seconds } = answer;
  return (
    <>
      <div class="bar">
        <p role="status">
          {more
            ? `The first ${rows.length.toLocaleString()} rows; there are more`
            : `${rows.length.toLocaleString()} rows`}
          . Read in {seconds.load.toFixed(1)} s, answered in {seconds.query.toFixed(2)} s.
        </p>
        {columns.length > 0 && (
          <button type="button" onClick={() => download(`${name.replaceAll('/', '-')}.csv`, csvOf(answer))}>
            Download as CSV
          </button>
        )}
      </div>
      <Wide name="Answer" class="answer">
        <table>
          <thead>
            <tr>
              {columns.map((column, at) => (
                <th key={at} title={column.type} class={isNumber(column.type) ? 'number' : ''}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, i) => (
                  <td key={i} class={isNumber(columns[i]?.type) ? 'number' : 'cell'}>
                    {cellText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

/** Whole numbers come as text where a page would round them. */
const isNumber = (type: string | undefined) => /^\w*INT$|^DOUBLE$|^FLOAT$|^DECIMAL/.test(type ?? '');

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

function download(file: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
