/**
 * A process for tests that kill: builds, changes and compacts an index in the folder given, and goes on where an earlier one was killed.
 * It says `end` when all is done.
 */
import { CentroidProducts } from '../centroid/nearest.js';
import { ExactSearch } from '../exact-search.js';
import { IndexStore } from '../store/store.js';
import { StoredIndex } from '../stored-index.js';
import { WRITER_BATCH, WRITER_KEY, writerDocuments } from './writer-plan.js';

const { dim, spec } = WRITER_KEY;
const store = await IndexStore.open(process.argv[2] ?? '', WRITER_KEY, 'int8');
const scorer = await ExactSearch.create(dim, spec.scoring, 1);
const products = await CentroidProducts.create(dim, 1);
const index = await StoredIndex.open(store, { scorer, products });
process.stdout.write('begin\n');

const documents = writerDocuments();
for (let from = 0; from < documents.length; from += WRITER_BATCH) {
  const missing = documents.slice(from, from + WRITER_BATCH).filter(({ id }) => !index.has(id));
  if (missing.length === 0) continue;
  // Comes and goes beside every batch, so that removals stand between additions.
  await index.remove(['passing']);
  await index.add(missing);
  await index.add([{ ...documents[0]!, id: 'passing' }]);
  if (from >= documents.length / 2) await index.buildCentroids();
}
await index.remove(['passing']);
await index.compact();
await index.dispose();
await scorer.dispose();
await products.dispose();
process.stdout.write('end\n');
