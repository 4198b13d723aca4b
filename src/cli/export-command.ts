/** Declares `ra-rft export verl | trl | tensorboard | trackio | inspect | demo`: a run for other tools, or for a browser. */
import { Option } from 'commander';
import { rowFormats } from '../export/row-formats.js';
import { each, type Build } from './build.js';
import type { ExportPromptsOptions } from './export.js';
import type { ExportDemoOptions } from './export-demo.js';
import type { ExportViewerOptions } from './export-viewer.js';

const targets = {
  verl: "Prompts with their traces in verl's schema, a reward function, a launch script with the paper's settings.",
  trl: "Prompts with their traces for TRL, a reward function, a GRPOTrainer script with the paper's settings.",
} as const;

const viewers = {
  tensorboard: 'Event files for TensorBoard: metrics by step, evaluations, some answers as text.',
  trackio: "Trackio's files: metrics by step, evaluations, answers with their traces.",
  inspect: "Inspect's evaluation logs: every answer with its problem, traces and verdict.",
} as const;

export function addExport({ program, context }: Build): void {
  const group = program.command('export').description('Write a run for other tools (docs/export.md).');
  for (const target of ['verl', 'trl'] as const) {
    group
      .command(target)
      .description(targets[target])
      .argument('<run>', 'run folder that has come as far as its retrieved traces')
      .option('--out <folder>', `folder to write; exports/<run>-${target} where it is not given`)
      .option('--arm <name>', 'an arm of the run; may be repeated. Without --arm and --retriever: all arms', each, [])
      .option('--retriever <name>', 'the traces of a retriever by itself; may be repeated', each, [])
      .addOption(new Option('--format <name>', 'form of the rows').choices(rowFormats).default('parquet'))
      .action(async (run: string, options: ExportPromptsOptions) => {
        const { exportPromptsVerb } = await import('./export.js');
        await exportPromptsVerb(run, target, options, context());
      });
  }
  for (const [viewer, about] of Object.entries(viewers) as [keyof typeof viewers, string][]) {
    group
      .command(viewer)
      .description(about)
      .argument('<run>', 'run folder; it need not be finished')
      .option('--out <folder>', `folder to write; exports/<run>-${viewer} where it is not given`)
      .option('--arm <name>', 'an arm of the run; may be repeated. Without it: all', each, [])
      .action(async (run: string, options: ExportViewerOptions) => {
        const { exportViewerVerb } = await import('./export-viewer.js');
        await exportViewerVerb(run, viewer, options, context());
      });
  }
  group
    .command('demo')
    .description(
      'A page on which the retriever and a policy of the run answer in the browser; any host of static files serves it.',
    )
    .argument('<run>', 'run folder with a trained policy')
    .option(
      '--out <folder>',
      'folder to write; exports/<run>-demo where it is not given. One that was written before is replaced',
    )
    .option(
      '--arm <name>',
      'arm whose policy answers; the last that learnt with the traces of an encoder where it is not given',
    )
    .action(async (run: string, options: ExportDemoOptions) => {
      const { exportDemoVerb } = await import('./export-demo.js');
      await exportDemoVerb(run, options, context());
    });
}
