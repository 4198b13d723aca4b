/** Agreement with known verdicts: the shares that are promised, and every disagreement explained in `disagreements.json`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { optionsOfMathVerify, type MathVerifyConfig } from '../peer-options.js';
import explained from './disagreements.json' with { type: 'json' };
import { extractAnswers } from './extract.js';
import { judgeAnswer } from './judge.js';

interface Case {
  id: string;
  gold: string;
  pred: string;
  equal: boolean;
  config?: MathVerifyConfig;
}

interface Extraction {
  id: string;
  text: string;
  expected: string[];
  config: { extract: string[]; lowercase?: boolean; boxed_match_priority?: number };
}

const FOLDER = join(import.meta.dirname, '../../../../shared/data/verify');

const readLines = (name: string): unknown[] =>
  readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
const readCases = (name: string): Case[] => readLines(name) as Case[];
const readExtractions = (): Extraction[] => readLines('extraction') as Extraction[];
const differs = (one: Case): boolean =>
  (judgeAnswer(one.gold, one.pred, optionsOfMathVerify(one.config ?? {})).outcome === 'match') !== one.equal;

describe.skipIf(!existsSync(FOLDER))(
  `cases beside the repository${existsSync(FOLDER) ? '' : ' (skipped: not there)'}`,
  () => {
    test.each([
      ['cases', 0.97],
      ['beyond', 0.95],
      ['disabled', 0.8],
    ] as const)('%s agree', (name, share) => {
      const all = readCases(name);
      const missed = all.filter(differs).map((one) => one.id);
      expect(missed.filter((id) => !(id in explained))).toEqual([]);
      expect(1 - missed.length / all.length).toBeGreaterThanOrEqual(share);
    });

    test('extraction agrees', () => {
      const missed = readExtractions().filter(({ text, config, expected }) => {
        const kinds = config.extract.includes('string') ? (['letter'] as const) : undefined;
        const found = extractAnswers(text, {
          ...(kinds && { kinds }),
          preferBoxed: config.boxed_match_priority !== 100,
        })[0]?.text;
        return (config.lowercase ? found?.toLowerCase() : found) !== expected[0];
      });
      expect(missed.map((one) => one.id).filter((id) => !(id in explained))).toEqual([]);
    });

    test('what is explained still disagrees', () => {
      const ids = new Set(
        ['cases', 'beyond', 'disabled']
          .flatMap(readCases)
          .filter(differs)
          .map((one) => one.id),
      );
      expect(Object.keys(explained).filter((id) => !ids.has(id))).toEqual([]);
    });
  },
);
