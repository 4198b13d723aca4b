/** The page: a problem, the trace found for it, how their tokens match, and the answers with and without it. */
import { useEffect, useState } from 'preact/hooks';
import type { Asked } from '../../src/export/demo/models.js';
import type { Problem } from '../../src/data/types.js';
import { Answers, type Columns } from './answers.js';
import type { Backend } from '../../src/export/demo/site.js';
import { Match } from './match.js';
import { Numbers } from './numbers.js';
import { ProblemForm } from './problem-form.js';
import type { Caller } from './rpc.js';
import { Status } from './status.js';
import { Traces } from './traces.js';
import type { DemoMethods, FoundTrace, Opened, Opening, Told } from './worker.js';

export interface AppProps {
  models: Caller<DemoMethods>;
  backend: Backend;
  /** Address of the folder that the page stands in. */
  base: string;
}

/** Traces that are shown. */
const SHOWN = 5;

/** What has been asked last. */
interface Search {
  asked: Asked;
  hits: FoundTrace[];
  /** Place of the hit that the answers are given with. */
  chosen: number;
}

export function App({ models, backend, base }: AppProps) {
  const [opening, setOpening] = useState<Opening>();
  const [opened, setOpened] = useState<Opened>();
  const [failure, setFailure] = useState<string>();
  const [search, setSearch] = useState<Search>();
  const [columns, setColumns] = useState<Columns>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    models
      .call('open', [base, backend], (told: Opening) => setOpening(told))
      .then(setOpened, (error: Error) => setFailure(error.message));
  }, []);

  /** One response without a trace and one with it, token by token. */
  const answer = async ({ asked, hits, chosen }: Search, before: Columns | undefined) => {
    const hit = hits[chosen];
    if (!hit) return;
    const round = (before?.round ?? 0) + 1;
    let now: Columns = { round, tallies: before?.tallies ?? [noTally, noTally], responses: [undefined, undefined] };
    setColumns(now);
    const { responses, tokens, ms } = await models.call(
      'answer',
      [asked, hit.trace, round],
      ({ place, said }: Told) => {
        now = { ...now, responses: now.responses.map((one, i) => (i === place ? { said } : one)) };
        setColumns(now);
      },
    );
    const tallies = now.tallies.map(({ right, judged }, i) => {
      const verdict = responses[i]?.verdict;
      return { right: right + Number(verdict?.outcome === 'match'), judged: judged + Number(verdict !== undefined) };
    });
    setColumns({ round, tallies, responses, tokensPerSecond: (1000 * tokens) / ms });
  };

  const working = (work: () => Promise<void>) => {
    setBusy(true);
    void work()
      .catch((error: Error) => setFailure(error.message))
      .finally(() => setBusy(false));
  };

  const ask = (asked: Asked) =>
    working(async () => {
      const hits = await models.call('search', [asked, SHOWN]);
      const found = { asked, hits, chosen: 0 };
      setSearch(found);
      setColumns(undefined);
      await answer(found, undefined);
    });

  const choose = (chosen: number) =>
    working(async () => {
      if (!search) return;
      setSearch({ ...search, chosen });
      await answer({ ...search, chosen }, undefined);
    });

  const hit = search?.hits[search.chosen];
  return (
    <>
      <main>
        <h1>RA-RFT in the browser</h1>
        <p class="lead">
          A retriever trained to find the solved problem that <em>helps</em>, and a language model trained by
          reinforcement to use it. Both run inside this page; nothing that you type leaves it.
        </p>
        <Status opening={opening} opened={opened} failure={failure} backend={backend} />
        {opened && (
          <>
            <ProblemForm
              problems={opened.problems}
              kinds={opened.kinds}
              busy={busy}
              draw={(kind, n) => models.call('draw', [kind, n]) as Promise<Problem>}
              read={(question) => models.call('read', [question])}
              ask={ask}
            />
            {search && (
              <Traces hits={search.hits} chosen={search.chosen} traces={opened.traces} busy={busy} choose={choose} />
            )}
            {search && hit && <Match models={models} question={search.asked.question} trace={hit.trace} />}
            {columns && search && (
              <Answers
                columns={columns}
                answer={search.asked.answer}
                busy={busy}
                again={() => working(() => answer(search, columns))}
              />
            )}
          </>
        )}
      </main>
      <footer class="note">{opened && <Numbers models={models} opened={opened} backend={backend} />}</footer>
    </>
  );
}

const noTally = { right: 0, judged: 0 };
