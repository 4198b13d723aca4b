/** A process for the tests of folders that are left: opens the library of a folder, changes it, says so, and waits to be killed. */
import { Retriever } from '../retriever.js';

const retriever = await Retriever.open(process.argv[2] ?? '', { threads: 1, vectors: 'disk' });
await retriever.add([{ id: 'added', text: 'nobody saves this' }]);
process.stdout.write('changed\n');
setInterval(() => {}, 1000);
