/** `ra-rft export demo`: a page on which the retriever and a policy of a run answer. */
import { basename, join, resolve } from 'node:path';
import { exportDemo } from '../export/index.js';
import type { CliContext } from './context.js';
import { shellWord } from './shell-word.js';
import { packageVersion } from './version.js';

export interface ExportDemoOptions {
  out?: string;
  arm?: string;
}

/** Writes the folder, and prints what is in it and how to look at it. */
export async function exportDemoVerb(
  run: string,
  { out = join('exports', `${basename(resolve(run))}-demo`), arm }: ExportDemoOptions,
  context: CliContext,
): Promise<void> {
  const { progress } = context;
  const options = { out, version: packageVersion(), progress, ...(arm !== undefined && { arm }) };
  const written = await exportDemo(run, options);
  for (const limit of written.limits) progress.line(`not as in the run: ${limit}`);
  context.out(
    `${out}: the policy of ${written.arm} after step ${written.step} with traces of ${written.retriever}, ${(written.bytes / 1e6).toFixed(1)} MB`,
  );
  context.out(
    `any host of static files serves it; to look at it here: python3 -m http.server --directory ${shellWord(out)}`,
  );
}
