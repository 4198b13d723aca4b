/**
 * How far the judgement of answers agrees with known verdicts, and with real solutions: `tsx bench/verify/agreement.ts [--false] [FILE...]`.
 * Reads the shared data; prints a line a file (the reports' by family too) and the cases that differ; `--false` lists the other answers that matched.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldProblem, judgeAnswer, type MathJudgement } from '../../src/verify/math/index.js';
import {
  differs,
  extractCase,
  judgeCase,
  knownCases,
  knownExtractions,
  type KnownFile,
} from '../../src/verify/testing/known-cases.js';

type Json = Record<string, unknown>;

const DATA = join(import.meta.dirname, '../../../shared/data');

function readLines(path: string): Json[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);
}

const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);

function cases(name: KnownFile): void {
  const all = knownCases(name);
  const missed = all.filter(differs);
  const right = all.length - missed.length;
  console.log(`${name}: ${right} of ${all.length} agree (${((100 * right) / all.length).toFixed(1)} %)`);
  for (const one of missed) {
    const { outcome, rule, steps } = judgeCase(one);
    console.log(
      `  ${one.id}: expected ${one.equal}, ${outcome} by ${rule}\n      ${steps.join('\n      ').slice(0, 600)}`,
    );
  }
}

/** Cases by the folder of their id: wrong answers that match, and equal ones that do not. */
function families(name: KnownFile): void {
  const counts = new Map<string, { equal: number; other: number; lost: number; matched: number }>();
  for (const one of knownCases(name)) {
    for (const family of ['all', one.id.replace(/\/[^/]*$/, '')]) {
      const count = counts.get(family) ?? { equal: 0, other: 0, lost: 0, matched: 0 };
      counts.set(family, count);
      count[one.equal ? 'equal' : 'other']++;
      if (differs(one)) count[one.equal ? 'lost' : 'matched']++;
    }
  }
  for (const [family, { equal, other, lost, matched }] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${name} ${family}: ${matched} of ${other} wrong ones match, ${lost} of ${equal} equal ones do not`);
}

function extraction(): void {
  const all = knownExtractions();
  const missed = all.filter((one) => extractCase(one) !== one.expected[0]);
  for (const one of missed)
    console.log(`  ${one.id}: expected ${JSON.stringify(one.expected)}, found ${JSON.stringify(extractCase(one))}`);
  console.log(`extraction: ${all.length - missed.length} of ${all.length} agree`);
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
  for (const name of ['cases', 'beyond', 'disabled', 'reports'] as const) if (wanted(name)) cases(name);
  if (wanted('reports')) families('reports');
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
