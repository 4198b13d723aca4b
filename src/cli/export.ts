/** `ra-rft export verl | trl`: the prompts of a run for another framework. */
import { basename, join, resolve } from 'node:path';
import { exportPrompts, type RowFormat, type TrainingTarget } from '../export/index.js';
import type { CliContext } from './context.js';

export interface ExportPromptsOptions {
  out?: string;
  arm: string[];
  retriever: string[];
  format: RowFormat;
}

/** Writes the folder; prints what is in it, and what of the run it does not carry. */
export async function exportPromptsVerb(
  run: string,
  target: TrainingTarget,
  { out = join('exports', `${basename(resolve(run))}-${target}`), arm, retriever, format }: ExportPromptsOptions,
  context: CliContext,
): Promise<void> {
  const { progress } = context;
  const choice = { arms: arm, retrievers: retriever };
  const { files, leftOut, limits } = await exportPrompts(run, target, { ...choice, out, format, progress });
  for (const { path, rows, withContext, longest } of files)
    context.out(`${path}: ${rows} prompts, ${withContext} with a context, the longest ${longest} tokens`);
  if (leftOut.length > 0)
    progress.line(
      `warning: ${leftOut.length} prompts left out, since others would read control tokens in their texts: ${join(out, 'left-out.jsonl')}`,
    );
  for (const limit of limits) progress.line(`not carried over: ${limit}`);
  context.out(`everything is in ${out}; README.md says what is what`);
}
