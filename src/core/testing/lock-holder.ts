/** A process for the tests of the run lock: takes the lock at the path given, says so, and waits to be killed. */
import { takeLock } from '../run-lock.js';

await takeLock(process.argv[2] ?? '');
process.stdout.write('held\n');
setInterval(() => {}, 1000);
