/** `ra-rft world`: makes the base model of the embedded world, or writes a world's problems and corpus as JSONL. */
import { join } from 'node:path';
import { writeFileAtomic } from '../core/files.js';
import { jsonlText } from '../core/jsonl.js';
import { percentText } from '../core/percent.js';
import { TraceGuard } from '../data/index.js';
import { PRETRAIN_DEFAULTS, pretrainBase } from '../pretrain/pretrain.js';
import { Bm25Retriever, searchAllowed } from '../retriever/index.js';
import { fairness, firstHitShares, makeWorld, type World } from '../worlds/index.js';
import type { CliContext } from './context.js';
import { refuseOtherText } from './outputs.js';
import { shellWord } from './shell-word.js';
import { wholeNumber } from './whole-number.js';

export interface WorldPretrainOptions {
  out: string;
  seed: string;
  steps: string;
}

/** Pre-trains the base model and prints what it can do. */
export async function pretrainWorld(options: WorldPretrainOptions, context: CliContext): Promise<void> {
  const seed = wholeNumber('--seed', options.seed, 0);
  const steps = wholeNumber('--steps', options.steps, 1);
  const command = `ra-rft world pretrain --out ${shellWord(options.out)} --seed ${seed} --steps ${steps}`;
  const result = await pretrainBase({ ...PRETRAIN_DEFAULTS, out: options.out, seed, steps, command }, context.progress);
  const percent = (share: number): string => (100 * share).toFixed(1).padStart(5);
  context.out(
    `${options.out}: ${result.parameters} parameters, final loss ${result.finalLoss.toFixed(4)} nats a token`,
  );
  context.out('accuracy in %      no trace  right trace  random trace');
  for (const { kind, accuracy } of result.accuracy) {
    const { none, right, random } = accuracy;
    context.out(`${kind.padEnd(16)}      ${percent(none)}        ${percent(right)}         ${percent(random)}`);
  }
}

export interface WorldGenerateOptions {
  seed: string;
}

/**
 * Writes problems.jsonl, corpus.jsonl and tests.jsonl of a world, in the form in which users bring their own, and prints
 * how much its surface gives away.
 */
export async function generateWorld(folder: string, options: WorldGenerateOptions, context: CliContext): Promise<void> {
  const world = makeWorld({ seed: wholeNumber('--seed', options.seed, 0) });
  const files = (['problems', 'corpus', 'tests'] as const).map((name) => {
    return { path: join(folder, `${name}.jsonl`), rows: world[name], text: jsonlText(world[name]) };
  });
  for (const { path, text } of files) await refuseOtherText(path, 'world generate', text);
  for (const { path, rows, text } of files) {
    await writeFileAtomic(path, text);
    context.out(`${path}: ${rows.length} lines`);
  }
  for (const line of await fairnessLines(world)) context.out(line);
}

/** Figures over the tests of seen and unseen rules. */
async function fairnessLines({ tests, corpus, drafts }: World): Promise<string[]> {
  const house = tests.flatMap((test, i) => (test.split === 'easy' ? [] : [{ test, draft: drafts.tests[i]! }]));
  const figures = fairness(
    house.map(({ draft }) => draft),
    drafts.corpus,
  );
  const place = new Map(corpus.map((trace, i) => [trace.id, i]));
  const guard = new TraceGuard(tests);
  const hits = await searchAllowed(
    new Bm25Retriever(corpus),
    house.map(({ test }) => test),
    1,
    guard.mayShow.bind(guard),
  );
  const first = firstHitShares(
    house.map(({ draft }) => draft),
    hits.map((found) => drafts.corpus[place.get(found[0]!.trace.id)!]!),
  );
  return [
    `${figures.queries} test problems of house rules:`,
    `  a trace with the same topic and the same rule exists for ${percentText(figures.sameTopicAndRule)}`,
    `  of the right traces, ${percentText(figures.sameAlias)} use the same alias, ${percentText(figures.sameAnswer)} have the same answer`,
    `  BM25's first hit shares the topic for ${percentText(first.sameTopic)}, the rule for ${percentText(first.sameRule)}`,
  ];
}
