/** Removes the folders named, so that a build holds nothing of an older one. Plain JavaScript: it runs before the build. */
import { rmSync } from 'node:fs';

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true });
