/** Cases whose verdicts are known, beside the repository, and what is said of them here: for tests and benchmarks. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractAnswers, judgeAnswer } from '../math/index.js';
import type { MathJudgement } from '../math/types.js';
import { optionsOfMathVerify, type MathVerifyConfig } from '../peer-options.js';

const FOLDER = join(import.meta.dirname, '../../../../shared/data/verify');

/** Whether the cases are there. */
export const casesAreThere = existsSync(FOLDER);

/** `cases` and `disabled` are Math-Verify's own tests, with their options; `beyond` goes further; `reports` is what use found. */
export type KnownFile = 'cases' | 'beyond' | 'disabled' | 'reports';

export interface KnownCase {
  id: string;
  gold: string;
  pred: string;
  /** Whether the two are to match. */
  equal: boolean;
  config?: MathVerifyConfig;
}

export interface KnownExtraction {
  id: string;
  text: string;
  /** The answers that are to be found, best first; empty where there is none. */
  expected: string[];
  config: { extract: string[]; lowercase?: boolean; boxed_match_priority?: number };
}

export function knownCases(name: KnownFile): KnownCase[] {
  return readLines(name) as KnownCase[];
}

export function knownExtractions(): KnownExtraction[] {
  return readLines('extraction') as KnownExtraction[];
}

export function judgeCase({ gold, pred, config }: KnownCase): MathJudgement {
  return judgeAnswer(gold, pred, optionsOfMathVerify(config ?? {}));
}

/** Whether the verdict is not the known one. */
export function differs(one: KnownCase): boolean {
  return (judgeCase(one).outcome === 'match') !== one.equal;
}

/** The first answer found in the text of an extraction case. */
export function extractCase({ text, config }: KnownExtraction): string | undefined {
  const kinds = config.extract.includes('string') ? (['letter'] as const) : undefined;
  const preferBoxed = config.boxed_match_priority !== 100;
  const found = extractAnswers(text, { ...(kinds && { kinds }), preferBoxed })[0]?.text;
  return config.lowercase ? found?.toLowerCase() : found;
}

function readLines(name: string): unknown[] {
  return readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
