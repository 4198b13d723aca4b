/** The retrievers of a run beside each other: what each finds for a problem, why, and what it may not show. */
import { useState } from 'preact/hooks';
import type { RunRetrieverNames } from '../../../src/serve/runs/retrieval-schemas.js';
import { useAnswer } from '../../shared/api.js';
import { Empty, Page, Waiting } from '../../shared/parts.js';
import { linkTo } from '../../shared/route.js';
import { FoundTraces } from '../found-traces.js';
import { ProblemPicker } from '../problem-picker.js';
import { RunNav } from '../run-nav.js';
import { TracesOfEach } from '../traces-of-each.js';

/** The most that are asked at once. */
const MOST = 6;

/** What is asked; it stands in the address, so that it can be sent to somebody. */
export interface Asked {
  problemId?: string;
  question?: string;
  retrievers: string[];
  k: number;
  rule: 'test' | 'training';
}

export function RetrievalPage({ name, query }: { name: string; query: URLSearchParams }) {
  const { loaded, again } = useAnswer<RunRetrieverNames>(`v1/runs/${encodeURIComponent(name)}/retrieval`);
  return (
    <Page
      title={`${name}: retrieval`}
      lead="What each retriever of the run finds for a problem, and which tokens decide it."
    >
      <RunNav name={name} current="Retrieval" />
      <Waiting loaded={loaded} again={again}>
        {(run) =>
          run.retrievers.length === 0 ? (
            <Empty>This run has no retriever that can be asked yet.</Empty>
          ) : (
            <Search name={name} run={run} asked={askedIn(query, run)} />
          )
        }
      </Waiting>
    </Page>
  );
}

function Search({ name, run, asked }: { name: string; run: RunRetrieverNames; asked: Asked }) {
  const [draft, setDraft] = useState(asked);
  const change = (more: Partial<Asked>) => setDraft({ ...draft, ...more });
  const go = (next: Asked) => {
    setDraft(next);
    location.hash = addressOf(name, next);
  };
  const isAsked = asked.problemId !== undefined || (asked.question ?? '').trim() !== '';
  const isReady =
    draft.retrievers.length > 0 && ((draft.question ?? '').trim() !== '' || draft.problemId !== undefined);
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go(draft);
        }}
      >
        <label class="whole">
          Problem
          <textarea
            value={draft.question ?? ''}
            placeholder={
              draft.problemId === undefined
                ? 'Type a problem, or choose one below'
                : `Problem ${draft.problemId} is asked`
            }
            onInput={(event) => {
              const { problemId: _chosen, ...rest } = draft;
              setDraft({ ...rest, question: event.currentTarget.value });
            }}
          />
        </label>
        <ProblemPicker
          name={name}
          counts={run.problems}
          onPick={({ id, set }) => {
            const { question: _typed, ...rest } = draft;
            go({ ...rest, problemId: id, rule: set === 'test' ? 'test' : 'training' });
          }}
        />
        <fieldset>
          <legend>Retrievers (up to {MOST})</legend>
          {run.retrievers.map((one) => {
            const isOn = draft.retrievers.includes(one.name);
            return (
              <label key={one.name} class="choice">
                <input
                  type="checkbox"
                  checked={isOn}
                  disabled={!isOn && draft.retrievers.length >= MOST}
                  onChange={() =>
                    change({
                      retrievers: isOn
                        ? draft.retrievers.filter((other) => other !== one.name)
                        : [...draft.retrievers, one.name],
                    })
                  }
                />{' '}
                {one.name}
              </label>
            );
          })}
          {run.leftOut.length > 0 && (
            <details>
              <summary>{run.leftOut.length} of the configuration cannot be asked</summary>
              <ul>
                {run.leftOut.map((one) => (
                  <li key={one.name}>
                    <code>{one.name}</code>: {one.why}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </fieldset>
        <div class="bar">
          <TracesOfEach k={draft.k} change={(k) => change({ k })} />
          <label>
            May show
            <select
              value={draft.rule}
              onChange={(event) => change({ rule: event.currentTarget.value === 'training' ? 'training' : 'test' })}
            >
              <option value="test">what the test may: the whole corpus</option>
              <option value="training">what training may: no unseen strategies</option>
            </select>
          </label>
          <button type="submit" disabled={!isReady}>
            Search
          </button>
        </div>
      </form>
      {isAsked && <FoundTraces name={name} asked={asked} />}
    </>
  );
}

/** What an address asks; where it names no retrievers, those that were trained, and BM25. */
function askedIn(query: URLSearchParams, run: RunRetrieverNames): Asked {
  const [problemId, question, k] = [query.get('problem'), query.get('question'), Number(query.get('k'))];
  const known = new Set(run.retrievers.map(({ name }) => name));
  const named = query
    .getAll('retriever')
    .flatMap((text) => text.split('|'))
    .filter((one) => known.has(one));
  return {
    ...(problemId !== null && { problemId }),
    ...(question !== null && problemId === null && { question }),
    retrievers: named.length > 0 ? named.slice(0, MOST) : usual(run),
    k: Number.isInteger(k) && k >= 1 && k <= 20 ? k : 3,
    rule: query.get('rule') === 'training' ? 'training' : 'test',
  };
}

function usual({ retrievers }: RunRetrieverNames): string[] {
  const encoders = retrievers.filter(({ name, kind }) => kind === 'encoder' && !name.endsWith(', untrained'));
  const words = retrievers.filter(({ kind }) => kind === 'bm25');
  const found = [...encoders.slice(0, 2), ...words.slice(0, 1)];
  return (found.length > 0 ? found : retrievers.slice(0, 1)).map(({ name }) => name);
}

function addressOf(name: string, { problemId, question, retrievers, k, rule }: Asked): string {
  const asked = problemId === undefined ? { question } : { problem: problemId };
  return linkTo(['runs', name, 'retrieval'], { ...asked, retriever: retrievers.join('|'), k, rule });
}
