/** The files of a corpus folder. */
import { join } from 'node:path';

export function corpusPaths(folder: string) {
  return {
    lock: join(folder, 'build.lock'),
    /** Decisions so far; gone when the corpus is finished. */
    journal: join(folder, 'building.jsonl'),
    corpus: join(folder, 'corpus.jsonl'),
    rejected: join(folder, 'rejected.jsonl'),
    /** Traces that a query is never shown; only with queries. */
    exclude: join(folder, 'exclude.jsonl'),
    /** Written last: where it is, the corpus is whole. */
    summary: join(folder, 'summary.json'),
    downloads: join(folder, 'downloads'),
  };
}
