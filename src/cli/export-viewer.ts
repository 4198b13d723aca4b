/** `ra-rft export tensorboard | trackio | inspect`: what a run has so far, for a viewer. */
import { basename, join, resolve } from 'node:path';
import { exportViewer, type Viewer } from '../export/index.js';
import type { CliContext } from './context.js';
import { packageVersion } from './version.js';

export interface ExportViewerOptions {
  out?: string;
  arm: string[];
}

/** How each viewer opens the folder. */
const opened: Readonly<Record<Viewer, (out: string) => string>> = {
  tensorboard: (out) => `tensorboard --logdir ${out}`,
  trackio: (out) => `python ${join(out, 'show.py')}`,
  inspect: (out) => `inspect view --log-dir ${out}`,
};

/** Writes the folder, and prints how to open it. */
export async function exportViewerVerb(
  run: string,
  viewer: Viewer,
  { out = join('exports', `${basename(resolve(run))}-${viewer}`), arm }: ExportViewerOptions,
  context: CliContext,
): Promise<void> {
  const { files, unfinished } = await exportViewer(run, viewer, { out, arms: arm, version: packageVersion() });
  if (unfinished) context.out('The run has not come to its end: this is what there is of it.');
  context.out(`${files.length} files in ${out}; open them with: ${opened[viewer](out)}`);
}
