/** `ra-rft verify --input`: grades a file of pairs, or extracts the answers of a file of texts, line by line. */
import { z } from 'zod';
import { RaRftError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { readJsonlTolerant } from '../core/jsonl.js';
import {
  extractLine,
  extractLineSchema,
  mathVerifyConfigSchema,
  openMathVerifier,
  optionsOfMathVerify,
  type AnswerPair,
  type MathOptions,
  type Verdict,
} from '../verify/index.js';
import type { CliContext } from './context.js';
import { refuseForeignLines, refuseSame } from './outputs.js';
import { VerdictTally } from './verdict-tally.js';

/** What a verdict of `--gold` and `--answer`, or those of a file, are made with. */
export interface VerifySetup {
  math: MathOptions;
  timeoutMs?: number;
  workers: number;
}

export interface VerifyFiles {
  input: string;
  /** Where the lines go, whole or not at all; stdout where it is missing. */
  out?: string;
}

const idSchema = z.union([z.string(), z.number()]);
/** Numbers stand for their digits; what JavaScript cannot hold exactly must be written as a string. */
const textSchema = z
  .union([z.string(), z.number()], 'expected a string or a number')
  .refine((value) => typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value), {
    error: 'a whole number beyond 2^53 loses digits: write it as a string',
  })
  .transform(String);
const pairSchema = z.object({
  id: idSchema,
  gold: textSchema,
  pred: textSchema,
  config: mathVerifyConfigSchema.optional(),
});
const extractSchema = extractLineSchema.extend({ id: idSchema });

type Pair = AnswerPair & { id: string | number };

/** Pairs, and letters of their texts, that are judged together at most: bounds memory, keeps all threads busy. */
const chunkPairs = 2048;
const chunkLetters = 16_000_000;

/**
 * Writes a verdict for every pair, in order; then counts by verdict and the slowest pairs. Lines that cannot be used are
 * reported with their place, the rest is graded, and the call ends with `data`.
 */
export async function gradeFile(
  files: VerifyFiles,
  setup: VerifySetup & { steps: boolean },
  context: CliContext,
): Promise<void> {
  const { math, steps, ...limits } = setup;
  await refuseToLose(files, 'verdict');
  const verifier = openMathVerifier({ ...math, ...limits, steps });
  const lines = new CheckedLines(files.input, pairSchema, context);
  const tally = new VerdictTally();
  const begun = performance.now();
  const task = context.progress.task('verify', await countLines(files.input), 'pairs');
  async function* graded(): AsyncGenerator<string> {
    for await (const pairs of chunks(lines)) {
      const verdicts = await verifier.verifyPairs(pairs);
      yield verdicts
        .map((verdict, i) => {
          const pair = pairs[i] as Pair;
          tally.add(pair.id, verdict);
          return `${JSON.stringify(verdictLine(pair, verdict))}\n`;
        })
        .join('');
      task.update(tally.total, `${tally.count('match')} match`);
    }
  }
  try {
    await write(files, graded(), context);
  } finally {
    await verifier.dispose();
    task.end();
  }
  const summary = tally.lines((performance.now() - begun) / 1000);
  if (files.out !== undefined) for (const line of summary) context.out(line);
  else if (context.quiet !== true) for (const line of summary) context.progress.line(line);
  lines.refuseBad();
}

/** Writes what is found in every text, in order: `{ id, extracted }`. Bad lines as in {@link gradeFile}. */
export async function extractFile(files: VerifyFiles, context: CliContext): Promise<void> {
  await refuseToLose(files, 'extracted');
  const lines = new CheckedLines(files.input, extractSchema, context);
  async function* extracted(): AsyncGenerator<string> {
    for await (const { value } of lines) {
      yield `${JSON.stringify({ id: value.id, extracted: extractLine(value) })}\n`;
    }
  }
  await write(files, extracted(), context);
  lines.refuseBad();
}

/** The output may replace an earlier one of this command (lines with `field`), and nothing else. */
async function refuseToLose({ input, out }: VerifyFiles, field: string): Promise<void> {
  if (out === undefined) return;
  refuseSame(input, out, '--out');
  await refuseForeignLines(out, '--out', field);
}

function verdictLine({ id, gold }: Pair, verdict: Verdict) {
  const { outcome, rule, extracted, timeMs, reason, steps, goldForm, answerForm } = verdict;
  return {
    id,
    verdict: outcome,
    rule,
    gold,
    answer: extracted ?? null,
    timeMs: timeMs === undefined ? null : Math.round(timeMs * 1000) / 1000,
    ...(reason !== undefined && { reason }),
    ...(steps && { goldForm, answerForm, steps }),
  };
}

async function write({ out }: VerifyFiles, text: AsyncIterable<string>, context: CliContext): Promise<void> {
  if (out !== undefined) return writeFileAtomic(out, text);
  for await (const lines of text) context.out(lines);
}

async function* chunks(lines: AsyncIterable<{ value: z.output<typeof pairSchema> }>): AsyncGenerator<Pair[]> {
  let chunk: Pair[] = [];
  let letters = 0;
  for await (const { value } of lines) {
    const { id, gold, pred, config } = value;
    chunk.push({ id, gold, response: pred, ...(config && { options: optionsOfMathVerify(config) }) });
    letters += gold.length + pred.length;
    if (chunk.length < chunkPairs && letters < chunkLetters) continue;
    yield chunk;
    chunk = [];
    letters = 0;
  }
  if (chunk.length > 0) yield chunk;
}

async function countLines(path: string): Promise<number> {
  let last = 0;
  for await (const { line } of readJsonlTolerant(path)) last = line;
  return last;
}

/** The lines of a file that fit a schema; the others are reported where they stand and counted. */
class CheckedLines<S extends z.ZodType> {
  private readonly path: string;
  private readonly schema: S;
  private readonly context: CliContext;
  private bad = 0;
  private firstBad: string | undefined;

  constructor(path: string, schema: S, context: CliContext) {
    this.path = path;
    this.schema = schema;
    this.context = context;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<{ value: z.output<S> }> {
    for await (const read of readJsonlTolerant(this.path)) {
      if ('error' in read) {
        this.report(read.line, read.error.message);
        continue;
      }
      const parsed = this.schema.safeParse(read.value);
      if (parsed.success) yield { value: parsed.data };
      else this.report(read.line, z.prettifyError(parsed.error).replace(/\s+/g, ' '));
    }
  }

  /** Throws `data` where a line could not be used. */
  refuseBad(): void {
    if (this.firstBad === undefined) return;
    throw new RaRftError({
      code: 'data',
      message: `${this.bad} ${this.bad === 1 ? 'line' : 'lines'} could not be used; the others are done`,
      where: this.firstBad,
      expected: 'one JSON object a line with the fields that docs/verifier.md names',
      hint: 'Mend or remove the lines named above.',
    });
  }

  private report(line: number, message: string): void {
    this.bad++;
    this.firstBad ??= `${this.path}:${line}`;
    this.context.progress.line(`${this.path}:${line}: ${message}`);
  }
}
