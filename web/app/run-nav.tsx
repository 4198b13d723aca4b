/** Ways to the pages of one run. */
import { linkTo } from '../shared/route.js';

const PAGES = ['Overview', 'Steps', 'Retrieval', 'Labels', 'SQL', 'Compare'] as const;

export function RunNav({ name, current }: { name: string; current: (typeof PAGES)[number] }) {
  const address = (page: (typeof PAGES)[number]) =>
    page === 'Overview'
      ? linkTo(['runs', name])
      : page === 'Compare'
        ? linkTo(['compare'], { a: name })
        : linkTo(['runs', name, page.toLowerCase()]);
  return (
    <nav aria-label="Run">
      {PAGES.map((page) => (
        <a key={page} href={address(page)} aria-current={page === current ? 'page' : undefined}>
          {page}
        </a>
      ))}
    </nav>
  );
}
