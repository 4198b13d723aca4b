/** The retrievers that this server serves (`--retriever`): what each finds for a question. */
import { useEffect, useState } from 'preact/hooks';
import { ask, ApiFailure, useAnswer } from '../../shared/api.js';
import { Empty, Failure, Page, Waiting } from '../../shared/parts.js';
import { linkTo } from '../../shared/route.js';
import type { TokenMatchProps } from '../../shared/token-match.js';
import { Hit } from '../hits.js';
import { TracesOfEach } from '../traces-of-each.js';

interface Retrievers {
  retrievers: { name: string; size: number }[];
}

interface Found {
  retriever: string;
  hits: {
    id: string;
    score: number;
    rank: number;
    trace: { question?: string; trace?: string; text?: string };
    matches?: { query: string; document: string; documentToken: number; similarity: number }[];
  }[];
}

export function ServedRetrievalPage({ query }: { query: URLSearchParams }) {
  const { loaded, again } = useAnswer<Retrievers>('v1/retrievers');
  return (
    <Page title="Retrieval" lead="What the retrievers of this server find for a question.">
      <Waiting loaded={loaded} again={again}>
        {({ retrievers }) =>
          retrievers.length === 0 ? (
            <Empty>
              This server serves no retriever of its own: <code>ra-rft serve --retriever FOLDER</code> does. Each run
              has a page for its retrievers.
            </Empty>
          ) : (
            <Search retrievers={retrievers} question={query.get('question') ?? ''} k={Number(query.get('k')) || 3} />
          )
        }
      </Waiting>
    </Page>
  );
}

function Search({ retrievers, question, k }: Retrievers & { question: string; k: number }) {
  const [draft, setDraft] = useState({ question, k });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          location.hash = linkTo(['retrieval'], draft);
        }}
      >
        <label class="whole">
          Question
          <textarea
            required
            value={draft.question}
            onInput={(event) => setDraft({ ...draft, question: event.currentTarget.value })}
          />
        </label>
        <div class="bar">
          <TracesOfEach k={draft.k} change={(k) => setDraft({ ...draft, k })} />
          <button type="submit">Search</button>
        </div>
      </form>
      {question.trim() !== '' && (
        <>
          <h2>Found</h2>
          <div class="beside">
            {retrievers.map(({ name, size }) => (
              <Column key={name} name={name} size={size} question={question} k={k} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

interface Asked {
  name: string;
  size: number;
  question: string;
  k: number;
}

function Column({ name, size, question, k }: Asked) {
  const [turn, setTurn] = useState(0);
  const [found, setFound] = useState<Found | ApiFailure>();
  useEffect(() => {
    const controller = new AbortController();
    setFound(undefined);
    search({ name, question, k }, controller.signal).then(setFound, (error: unknown) => {
      if (controller.signal.aborted) return;
      setFound(error instanceof ApiFailure ? error : new ApiFailure(0, String(error)));
    });
    return () => controller.abort();
  }, [name, question, k, turn]);
  const hasMatches = found !== undefined && 'hits' in found && found.hits.some(({ matches }) => matches !== undefined);
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <p class="note">
        {size} traces.{' '}
        {found !== undefined &&
          !hasMatches &&
          'It compares no vectors of tokens, so there is no match of single tokens.'}
      </p>
      {found === undefined ? (
        <p role="status">Loading…</p>
      ) : 'hits' in found ? (
        <ol class="plain">
          {found.hits.map(({ id, rank, score, trace, matches }) => (
            <Hit
              key={id}
              id={id}
              rank={rank}
              score={score}
              question={trace.question ?? ''}
              trace={trace.trace ?? trace.text ?? ''}
              match={matches && drawn(matches)}
              open={rank === 1}
            />
          ))}
        </ol>
      ) : (
        <Failure failure={found} again={() => setTurn(turn + 1)} />
      )}
    </section>
  );
}

/** With matches, or without where one vector stands for a whole text. */
async function search({ name, question, k }: Omit<Asked, 'size'>, signal: AbortSignal): Promise<Found> {
  const body = { question, k, retriever: name };
  try {
    return await ask<Found>('v1/retrieve', { json: { ...body, matches: true }, signal });
  } catch (error) {
    if (error instanceof ApiFailure && error.where === 'matches')
      return ask<Found>('v1/retrieve', { json: body, signal });
    throw error;
  }
}

/** Only tokens that are met come back; dots stand for those between them. */
function drawn(matches: NonNullable<Found['hits'][number]['matches']>): TokenMatchProps {
  const met = new Map(matches.map(({ documentToken, document }) => [documentToken, document]));
  const document: string[] = [];
  const places = new Map<number, number>();
  let before = -1;
  for (const token of [...met.keys()].toSorted((a, b) => a - b)) {
    if (token > before + 1) document.push('…');
    places.set(token, document.length);
    document.push(met.get(token) as string);
    before = token;
  }
  return {
    query: matches.map(({ query }) => query),
    document,
    matches: matches.map(({ documentToken, similarity }) => ({
      documentToken: places.get(documentToken) as number,
      similarity,
    })),
  };
}
