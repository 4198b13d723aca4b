/**
 * How far the judgement of answers agrees with known verdicts, and with real solutions: `tsx bench/verify/agreement.ts [--false] [FILE...]`.
 * Reads the shared data; prints a line a file and the cases that differ; `--false` lists the other answers that matched.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mathVerifyConfigSchema, optionsOfMathVerify } from '../../src/verify/index.js';
import {
  judgeAnswer,
  extractAnswers,
  goldProblem,
  type MathJudgement,
  type MathOptions,
} from '../../src/verify/math/index.js';

type Json = Record<string, unknown>;

const DATA = join(import.meta.dirname, '../../../shared/data');

function readLines(path: string): Json[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);
}

/** The options that a case's configuration names. */
const optionsOf = (config: unknown): MathOptions => optionsOfMathVerify(mathVerifyConfigSchema.parse(config ?? {}));

const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);

function cases(name: string): void {
  const misses: string[] = [];
  const lines = readLines(join(DATA, 'verify', `${name}.jsonl`));
  for (const line of lines) {
    const judged = judgeAnswer(line['gold'] as string, line['pred'] as string, optionsOf(line['config']));
    if ((judged.outcome === 'match') !== line['equal']) {
      misses.push(
        `  ${String(line['id'])}: expected ${String(line['equal'])}, ${judged.outcome} by ${judged.rule}\n      ${judged.steps.join('\n      ').slice(0, 600)}`,
      );
    }
  }
  console.log(
    `${name}: ${lines.length - misses.length} of ${lines.length} agree (${((100 * (lines.length - misses.length)) / lines.length).toFixed(1)} %)`,
  );
  for (const miss of misses) console.log(miss);
}

function extraction(): void {
  const lines = readLines(join(DATA, 'verify', 'extraction.jsonl'));
  let right = 0;
  for (const line of lines) {
    const config = line['config'] as Json;
    const letters = (config['extract'] as string[]).includes('string');
    const options: MathOptions = {
      ...(letters && { kinds: ['letter'] }),
      preferBoxed: config['boxed_match_priority'] !== 100,
    };
    const found = extractAnswers(line['text'] as string, options)[0];
    const expected = line['expected'] as string[];
    const value = config['lowercase'] ? found?.text.toLowerCase() : found?.text;
    const ok = expected.length === 0 ? found === undefined : value === expected[0];
    if (ok) right++;
    else console.log(`  ${String(line['id'])}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
  console.log(`extraction: ${right} of ${lines.length} agree`);
}

/** Every solution must match its own answer, and no other problem's. */
function solutions(name: string): void {
  const lines = readLines(join(DATA, 'math', `${name}.jsonl`));
  const bad = lines.filter((line) => goldProblem(line['answer'] as string) !== undefined);
  for (const line of bad)
    console.log(`  ${name} ${String(line['id'])}: gold ${JSON.stringify(line['answer'])} unparseable`);
  const times: number[] = [];
  let [right, asked, wrong, tried] = [0, 0, 0, 0];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Json;
    const answer = line['answer'] as string;
    const solution = line['solution'] as string | undefined;
    if (solution) {
      asked++;
      const start = performance.now();
      const judged: MathJudgement = judgeAnswer(answer, solution);
      times.push(performance.now() - start);
      if (judged.outcome === 'match') right++;
      else
        console.log(
          `  ${name} ${String(line['id'])}: ${judged.outcome} by ${judged.rule}: ${judged.steps.join(' | ').slice(0, 300)}`,
        );
    }
    for (const step of [1, 7, 101]) {
      const other = lines[(i + step) % lines.length]?.['answer'] as string;
      if (other.replace(/\s/g, '') === answer.replace(/\s/g, '')) continue;
      tried++;
      const start = performance.now();
      const judged = judgeAnswer(answer, `The answer is $\\boxed{${other}}$.`);
      times.push(performance.now() - start);
      if (judged.outcome === 'match') {
        wrong++;
        if (process.argv.includes('--false'))
          console.log(`  ${name} ${String(line['id'])}: ${answer} matched ${other} by ${judged.rule}`);
      }
    }
  }
  times.sort((a, b) => a - b);
  const at = (q: number): string => (times[Math.floor(q * (times.length - 1))] ?? 0).toFixed(3);
  console.log(
    `${name}: ${right} of ${asked} solutions match; ${wrong} of ${tried} other answers match; ${bad.length} golds unparseable; ms median ${at(0.5)} p99 ${at(0.99)} max ${at(1)}`,
  );
}

if (!existsSync(DATA)) console.log(`skipped: no data at ${DATA}`);
else {
  for (const name of ['cases', 'beyond', 'disabled']) if (wanted(name)) cases(name);
  if (wanted('extraction')) extraction();
  for (const name of [
    'math500',
    'gsm8k-test',
    'gsm8k-train',
    'minerva_math',
    'math-train',
    'olympiadbench',
    'asdiv',
    'svamp',
    'mawps',
    'amc23',
    'aime24',
    'hmmt_feb_2025',
  ]) {
    if (wanted(name)) solutions(name);
  }
}
