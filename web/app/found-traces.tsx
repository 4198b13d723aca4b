/** What retrievers of a run found for a problem, a column each. */
import { labelMetricGlossary } from '../../src/judge/grade.js';
import type { ExcludedHit, FoundByRetriever, RunHit, SearchAnswer } from '../../src/serve/runs/retrieval-schemas.js';
import { useAnswer } from '../shared/api.js';
import { Waiting } from '../shared/parts.js';
import { Hit } from './hits.js';
import type { Asked } from './pages/retrieval.js';

export function FoundTraces({ name, asked }: { name: string; asked: Asked }) {
  const { loaded, again } = useAnswer<SearchAnswer>(`v1/runs/${encodeURIComponent(name)}/retrieval`, asked);
  return (
    <>
      <h2>Found</h2>
      {loaded.state === 'loading' && (
        <p class="note">
          A retriever is opened when it is first asked; one before its training encodes the corpus first.
        </p>
      )}
      <Waiting loaded={loaded} again={again}>
        {(answer) => <Answer answer={answer} />}
      </Waiting>
    </>
  );
}

function Answer({ answer: { asked, found } }: { answer: SearchAnswer }) {
  const hasLabels = found.some(({ hits }) => hits.some(({ label }) => label?.score !== undefined));
  return (
    <>
      <p class="wrap">{asked.question}</p>
      <p class="note">
        {asked.id === undefined ? (
          'Typed: its answer and its structure are not known, so nothing is said of them and no trace is left out for its answer.'
        ) : (
          <>
            {asked.set === 'test' ? 'Test' : 'Training'} problem <code>{asked.id}</code>, answer{' '}
            <code>{asked.answer}</code>
            {asked.truth !== undefined && (
              <>
                , structure <code>{asked.truth}</code>
              </>
            )}
          </>
        )}
      </p>
      {hasLabels && <p class="note">Gain: {labelMetricGlossary.gain}</p>}
      <div class="beside">
        {found.map((one) => (
          <Column key={one.retriever} found={one} />
        ))}
      </div>
    </>
  );
}

const TOKENS: Record<FoundByRetriever['tokens'], string> = {
  matched: '',
  'one-vector': 'It gives a whole text one vector, so there is no match of single tokens.',
  none: 'It compares no vectors of tokens, so there is no match of single tokens.',
};

function Column({ found: { retriever, hits, excluded, tokens, failed } }: { found: FoundByRetriever }) {
  return (
    <section aria-label={retriever}>
      <h3>{retriever}</h3>
      {failed !== undefined ? (
        <p class="notice wrong">It could not be asked: {failed}</p>
      ) : (
        <>
          {hits.length === 0 && <p class="note">It finds no trace that may be shown.</p>}
          {TOKENS[tokens] !== '' && hits.length > 0 && <p class="note">{TOKENS[tokens]}</p>}
          <ol class="plain">
            {hits.map((hit) => (
              <Hit
                key={hit.trace.id}
                rank={hit.rank}
                score={hit.score}
                id={hit.trace.id}
                question={hit.trace.question}
                trace={hit.trace.trace}
                facts={<Facts hit={hit} />}
                match={hit.match}
                open={hit.rank === 1}
              />
            ))}
          </ol>
          {excluded.length > 0 && <Excluded excluded={excluded} />}
        </>
      )}
    </section>
  );
}

function Facts({ hit: { truth, label } }: { hit: RunHit }) {
  return (
    <>
      {truth !== 'unknown' && (
        <span class={truth === 'same' ? 'status right-text' : 'status'}>
          {truth === 'same' ? 'same structure' : 'other structure'}
        </span>
      )}{' '}
      {label && (
        <span class="status" title={label.reason ?? label.failed}>
          {label.judge}: {label.relevant === undefined ? 'failed' : label.relevant ? 'relevant' : 'not relevant'}
          {label.score !== undefined &&
            `, ${label.judge.startsWith('utility') ? 'gain' : 'score'} ${label.score.toFixed(2)}`}
        </span>
      )}
    </>
  );
}

function Excluded({ excluded }: { excluded: readonly ExcludedHit[] }) {
  return (
    <details open>
      <summary>{excluded.length} that would stand here may not be shown</summary>
      <ul class="plain">
        {excluded.map(({ score, trace, why }) => (
          <li key={trace.id} class="hit">
            <p>
              <code>{trace.id}</code> <span class="note">score {score.toFixed(3)}</span> The trace {why}.
            </p>
            <p class="wrap">{trace.question}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
