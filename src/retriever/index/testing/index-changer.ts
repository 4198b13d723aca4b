/** A process that changes the index of a folder once, `compact` or `add-ID`, and says `done` or with which code it was refused. */
import { RaRftError } from '../../../core/errors.js';
import { IndexStore } from '../store/store.js';
import { someDocuments } from './documents.js';
import { WRITER_KEY } from './writer-plan.js';

const [folder = '', what = ''] = process.argv.slice(2);
const store = await IndexStore.open(folder, WRITER_KEY, 'int8');
try {
  if (what === 'compact') await store.compact();
  else await store.add([{ ...someDocuments(1, WRITER_KEY.dim)[0]!, id: what.replace('add-', '') }]);
  process.stdout.write('done\n');
} catch (error) {
  if (!(error instanceof RaRftError)) throw error;
  process.stdout.write(`refused ${error.code}\n`);
} finally {
  store.close();
}
