/** Which page stands at which address. */
import { useRoute, type Route } from '../shared/route.js';
import { Empty, Page } from '../shared/parts.js';
import { BlindPage } from './pages/blind.js';
import { LabelsPage } from './pages/labels.js';
import { RetrievalPage } from './pages/retrieval.js';
import { RunsPage } from './pages/runs.js';
import { ServedRetrievalPage } from './pages/served-retrieval.js';

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
  const { parts } = route;
  const [first, name, page, below] = parts;
  if (parts.length === 0) return <RunsPage />;
  if (first === 'retrieval' && parts.length === 1) return <ServedRetrievalPage query={route.query} />;
  if (first === 'runs' && name !== undefined && page === 'retrieval' && parts.length === 3)
    return <RetrievalPage key={name} name={name} query={route.query} />;
  if (first === 'runs' && name !== undefined && page === 'labels') {
    if (parts.length === 3) return <LabelsPage key={name} name={name} query={route.query} />;
    if (below === 'blind' && parts.length === 4) return <BlindPage key={name} name={name} />;
  }
  return (
    <Page title="Not found">
      <Empty>
        Nothing is at this address. <a href="#/">All runs</a>
      </Empty>
    </Page>
  );
}
