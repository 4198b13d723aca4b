/** Which page stands at which address. */
import { useRoute, type Route } from '../shared/route.js';
import { Empty, Page } from '../shared/parts.js';
import { BlindPage } from './pages/blind.js';
import { ComparePage } from './pages/compare/compare.js';
import { LabelsPage } from './pages/labels.js';
import { RetrievalPage } from './pages/retrieval.js';
import { FindPage } from './pages/rollouts/find.js';
import { RolloutPage } from './pages/rollouts/rollout.js';
import { StepsPage } from './pages/rollouts/steps.js';
import { RunPage } from './pages/run/run.js';
import { RunsPage } from './pages/runs.js';
import { ServedRetrievalPage } from './pages/served-retrieval.js';
import { SqlPage } from './pages/sql/sql.js';

export function App() {
  const route = useRoute();
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}
      >
        To the content
      </a>
      <header class="top">
        <a class="home" href="#/">
          ra-rft
        </a>
        <nav aria-label="Pages">
          <a href="#/" aria-current={route.parts.length === 0 ? 'page' : undefined}>
            Runs
          </a>
          <a href="#/retrieval" aria-current={route.parts[0] === 'retrieval' ? 'page' : undefined}>
            Retrieval
          </a>
        </nav>
      </header>
      {pageAt(route)}
    </>
  );
}

function pageAt(route: Route) {
  const { parts, query } = route;
  const [first, name, page, arm, step, group, sample] = parts;
  if (parts.length === 0) return <RunsPage />;
  if (first === 'retrieval' && parts.length === 1) return <ServedRetrievalPage query={query} />;
  if (first === 'compare' && parts.length === 1) return <ComparePage query={query} />;
  if (first === 'runs' && name !== undefined) {
    if (page === undefined) return <RunPage key={name} name={name} />;
    if (page === 'steps' && parts.length <= 5) return <StepsPage {...{ name, arm, step, query }} />;
    if (page === 'rollouts' && arm !== undefined && step === undefined) return <FindPage {...{ name, arm, query }} />;
    if (page === 'rollouts' && arm !== undefined && step !== undefined && parts.length === 7) {
      const place = { run: name, arm, step, group: Number(group), sample: Number(sample) };
      return <RolloutPage place={place} query={query} />;
    }
    if (page === 'sql' && parts.length === 3) return <SqlPage key={name} name={name} query={query} />;
    if (page === 'retrieval' && parts.length === 3) return <RetrievalPage key={name} name={name} query={query} />;
    if (page === 'labels' && parts.length === 3) return <LabelsPage key={name} name={name} query={query} />;
    if (page === 'labels' && arm === 'blind' && parts.length === 4) return <BlindPage key={name} name={name} />;
  }
  return (
    <Page title="Not found">
      <Empty>
        Nothing is at this address. <a href="#/">All runs</a>
      </Empty>
    </Page>
  );
}
