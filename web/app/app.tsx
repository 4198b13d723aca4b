/** Which page stands at which address. */
import { useRoute, type Route } from '../shared/route.js';
import { Empty, Page } from '../shared/parts.js';
import { RunPage } from './pages/run/run.js';
import { RunsPage } from './pages/runs.js';

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
        </nav>
      </header>
      {pageAt(route)}
    </>
  );
}

function pageAt({ parts }: Route) {
  if (parts.length === 0) return <RunsPage />;
  const [first, name] = parts;
  if (first === 'runs' && name !== undefined && parts.length === 2) return <RunPage key={name} name={name} />;
  return (
    <Page title="Not found">
      <Empty>
        Nothing is at this address. <a href="#/">All runs</a>
      </Empty>
    </Page>
  );
}
