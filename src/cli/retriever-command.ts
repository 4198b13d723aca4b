/** Declares `ra-rft retriever run | train | search | eval`; without one of them, `retriever` is `retriever run`. */
import { unknownVerb, withRunOptions, type Build, each } from './build.js';
import type { RetrieverEvalOptions } from './retriever-eval.js';
import type { RetrieverSearchOptions, RetrieverTrainOptions } from './retriever.js';
import type { RunOptions } from './run-options.js';

export function addRetriever({ program, configHelp, context }: Build): void {
  const retriever = program
    .command('retriever')
    .description(
      'Run up to the trained retriever and its index; or train, search and grade one by itself (docs/retrievers.md).',
    );
  withRunOptions(retriever.command('run', { isDefault: true }), configHelp)
    .description('Run up to the trained retriever and its index. Goes on where an earlier attempt stopped.')
    .usage('[options]')
    .argument('[verb]') // being the default, it also gets what was meant as the name of another verb
    .action(async (verb: string | undefined, options: RunOptions) => {
      if (verb !== undefined) throw unknownVerb(retriever, verb);
      const { runVerb } = await import('./run.js');
      await runVerb('retriever', options, context());
    });
  retriever
    .command('train')
    .description(
      'Train a retriever on labelled pairs and write it with its corpus into a folder. Goes on where an earlier attempt stopped (checkpoints in FOLDER.training).',
    )
    .requiredOption('--labels <files...>', 'JSONL, a line { question, traceId, relevant }')
    .requiredOption('--corpus <files...>', 'JSONL, a line { id, question, trace, ... }; question may be missing')
    .requiredOption('--out <folder>', 'folder to write')
    .option('--encoder <name>', 'small, or a folder: a retriever or a model in Hugging Face layout', 'small')
    .option('--set <key=value>', 'a key of the section retriever, such as steps=300; may be repeated', each, [])
    .option('--seed <number>', 'seed of weights and batches', '1')
    .action(async (options: RetrieverTrainOptions) => {
      const { retrieverTrainVerb } = await import('./retriever.js');
      await retrieverTrainVerb(options, context());
    });
  retriever
    .command('search')
    .description('The best traces for a question.')
    .argument('<folder>', 'folder of ra-rft retriever train, or what Retriever.save has written')
    .argument('<question>', 'the question')
    .option('--k <number>', 'traces', '5')
    .option('--filter <json>', `only traces that match, as in MongoDB: '{"type": "algebra"}'`)
    .option('--matches', 'show for every token of the question the nearest token of the trace')
    .option('--json', 'print JSON')
    .action(async (folder: string, question: string, options: RetrieverSearchOptions) => {
      const { retrieverSearchVerb } = await import('./retriever.js');
      await retrieverSearchVerb(folder, question, options, context());
    });
  retriever
    .command('eval')
    .description(
      'Grade the retrievers of a run before and after training, or the one in a folder; with --beir, any on a collection.',
    )
    .argument('[folders...]', 'a run folder or a retriever folder; with --beir any number of retriever folders')
    .option('--beir <folder>', 'collection in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv')
    .option('--split <name>', 'judgements to grade by; test where it is not given')
    .option('--rerank <number>', 'each retriever also on so many candidates of BM25')
    .option('--embeddings <url>', 'also a server with /embeddings, up to and with /v1')
    .option('--model <name>', 'model on that server')
    .option('--api-key-env <name>', 'environment variable with its key')
    .option('--query-prefix <text>', 'text that its model wants before queries')
    .option('--document-prefix <text>', 'text that its model wants before documents')
    .option(
      '--out <folder>',
      'keeps indexes and vectors of a collection; evals/beir-<collection> where it is not given',
    )
    .option('--json', 'print JSON')
    .action(async (folders: string[], options: RetrieverEvalOptions) => {
      const { retrieverEvalVerb } = await import('./retriever-eval.js');
      await retrieverEvalVerb(folders, options, context());
    });
}
