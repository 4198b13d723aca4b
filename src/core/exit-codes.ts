/** What each error code means and the exit code the command line ends with. docs/errors.md is made from this. */
import type { ErrorCode } from './errors.js';

export interface ErrorCodeFacts {
  exitCode: number;
  meaning: string;
  /** What a user does about it. */
  remedy: string;
}

export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeFacts>> = {
  internal: {
    exitCode: 1,
    meaning: 'A bug in this project.',
    remedy: 'Run again with --verbose and report the stack.',
  },
  usage: {
    exitCode: 2,
    meaning: 'A wrong option or argument on the command line.',
    remedy: 'See `ra-rft VERB --help`.',
  },
  config: {
    exitCode: 3,
    meaning: 'An unknown key, a wrong value, or values that do not fit together in the configuration.',
    remedy: 'Mend the line that is named; docs/config.md lists every key.',
  },
  data: {
    exitCode: 4,
    meaning: 'A line or field of an input file: not JSON, an answer missing, an answer that cannot be verified.',
    remedy: 'Mend or remove the line that is named, or map the fields (data.*.fields).',
  },
  model: {
    exitCode: 5,
    meaning:
      'A model file: missing, damaged, with tensors of another shape, or of an architecture that is not supported.',
    remedy: 'Fetch the file again, or take a supported model (docs/engine.md).',
  },
  'context-length': {
    exitCode: 6,
    meaning: 'A prompt with its longest response does not fit into the window of the model.',
    remedy:
      'Raise prompt.maxPromptTokens, lower generation.maxTokens, or leave what is too long out (prompt.overlong: skip).',
  },
  'run-folder': {
    exitCode: 7,
    meaning: 'The run folder belongs to another configuration or process, or its files do not fit together.',
    remedy: 'Choose another folder with --name, or go back to the old values.',
  },
  io: {
    exitCode: 8,
    meaning:
      'The file system, or the database of an index: a full disk, a missing permission, a missing file, a server that does not answer.',
    remedy: 'Mend it and run the same command again: nothing computed before is lost.',
  },
  engine: {
    exitCode: 9,
    meaning: 'The engine failed, its worker died, or it was used after its end.',
    remedy:
      'Run the same command again; with too little memory lower engine.activationGigabytes or engine.maxSequences.',
  },
  verifier: {
    exitCode: 10,
    meaning: 'A verifier or a reward module failed.',
    remedy: 'Try the module by itself; it gets (problem, response) and returns a number or a verdict.',
  },
  graph: {
    exitCode: 11,
    meaning: 'A tensor graph whose shapes or types do not fit.',
    remedy: 'A bug in a model definition: see the line that is named.',
  },
  llm: {
    exitCode: 12,
    meaning:
      'The language model server cannot be used: no key, a key or a model it does not know, no answer, or no reply at all that is of use.',
    remedy: 'Check llm.baseUrl, llm.model and the environment variable that llm.apiKeyEnv names.',
  },
  budget: {
    exitCode: 13,
    meaning: 'The limit of money or calls (llm.maxUsd, llm.maxCalls) was reached, all earlier attempts counted.',
    remedy: 'Raise the limit and run the same command again; what was paid for is kept and not paid again.',
  },
  'not-finite': {
    exitCode: 14,
    meaning:
      'NaN or infinity in weights, a loss, a gradient, log-probabilities or scores: the training has diverged, or the model folder is damaged. Nothing of it is saved.',
    remedy:
      'Lower the learning rate that is named and run under another --name (the last checkpoint is whole and can be its model.path), or fetch the model again.',
  },
};

/** Exit code of a process that was ended by a signal (128 plus the signal's number). */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** docs/errors.md. */
export function errorDocsMarkdown(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, facts]) => `| ${facts.exitCode} | \`${code}\` | ${facts.meaning} | ${facts.remedy} |`,
  );
  return [
    '# Errors and exit codes',
    '',
    '<!-- Generated from src/core/exit-codes.ts by `npm run docs`. Do not edit. -->',
    '',
    'The command line prints what was wrong, where (file and line, key, tensor), what is expected and what to do; `--verbose` adds the stack. In code every error is a `RaRftError` (`ra-rft/core`) with these facts as fields: branch on `code`, never on the text.',
    '',
    '| exit code | code | meaning | what to do |',
    '| --- | --- | --- | --- |',
    '| 0 | | All went well. | |',
    ...rows,
    `| ${signalExitCodes.SIGINT}, ${signalExitCodes.SIGTERM} | | Stopped by Ctrl-C or by SIGTERM. | Run the same command again: it goes on where it stopped. |`,
    '',
    'Whatever the error, files are whole or absent and logs lose at most their last line: the same command goes on from the last finished stage or checkpoint.',
    '',
  ].join('\n');
}
