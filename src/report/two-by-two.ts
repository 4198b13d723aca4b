/** Retrieval at training against retrieval at the test, where a run has the arms for it. Pure. */
import { scoreSplit, splitsOf } from '../eval/index.js';
import type { Block } from './blocks.js';
import { comparedEvaluations, type Evaluation } from './evaluation.js';
import type { KeptArm } from './kept-config.js';
import { percentWithInterval, pointsWithInterval } from './numbers.js';
import { pairedDifferences } from './paired.js';
import type { RunData } from './run-data.js';

/** The arms of one table: trained without or with traces of a retriever, tested without or with them. */
interface Square {
  retriever: string;
  /** [trained without, trained with] of [tested without, tested with]. */
  arms: readonly (readonly (string | undefined)[])[];
}

/** A table for each retriever and recipe that at least three of the four arms are there for. */
export function twoByTwoBlocks(data: RunData): Block[] {
  const evaluations = comparedEvaluations(data);
  return squaresOf(data.config.arms).map(({ retriever, arms }) => {
    const cells = arms.map((row) => row.map((name) => evaluations.find(({ arm }) => arm === name)));
    const splits = splitsOf(cells.flat().flatMap((one) => one?.records ?? []));
    return {
      kind: 'table',
      table: {
        columns: [
          { label: `traces of ${retriever}` },
          ...splits.flatMap((split) =>
            ['tested without', 'tested with', 'what they add'].map((label) => ({
              label: splits.length > 1 ? `${label}, ${split}` : label,
              numeric: true,
            })),
          ),
        ],
        rows: [
          ...['trained without', 'trained with'].map((label, row) => [
            label,
            ...splits.flatMap((split) => rowCells(cells[row]!, arms[row]!, split, data)),
          ]),
          [
            'what training with them adds',
            ...splits.flatMap((split) => [
              ...[0, 1].map((column) => added(cells[1]![column], cells[0]![column], split, data)),
              '',
            ]),
          ],
        ],
      },
      note: 'retrieval at training and at the test: average@k in per cent, paired differences in points, 95 % interval',
    };
  });
}

function squaresOf(all: readonly KeptArm[]): Square[] {
  const ownerOf = (arm: KeptArm) => all.find(({ name }) => name === arm.policyOf) ?? arm;
  const rl = all.filter((arm) => (ownerOf(arm).method ?? 'rl') === 'rl');
  const retrievers = new Set(rl.flatMap((arm) => [ownerOf(arm).train, arm.test]).filter((name) => name !== 'none'));
  const recipes = new Set(rl.map((arm) => ownerOf(arm).recipe ?? null));
  return [...retrievers].flatMap((retriever) =>
    [...recipes].flatMap((recipe) => {
      const named = (train: string, test: string) =>
        rl.find((arm) => {
          const owner = ownerOf(arm);
          return owner.train === train && arm.test === test && (owner.recipe ?? null) === recipe;
        })?.name;
      const sides = ['none', retriever];
      const arms = sides.map((train) => sides.map((test) => named(train, test)));
      return arms.flat().filter((name) => name !== undefined).length >= 3 ? [{ retriever, arms }] : [];
    }),
  );
}

function rowCells(
  cells: readonly (Evaluation | undefined)[],
  names: readonly (string | undefined)[],
  split: string,
  data: RunData,
): string[] {
  const draws = data.drawsOf(split);
  const texts = cells.map((cell, i) => {
    const score = cell && scoreSplit(cell.records, split, { k: 1, draws });
    if (!score) return names[i] === undefined ? 'no such arm' : 'not run yet';
    return `${percentWithInterval(score.average, score.ci95)} (${names[i]})`;
  });
  return [...texts, added(cells[1], cells[0], split, data)];
}

function added(more: Evaluation | undefined, less: Evaluation | undefined, split: string, data: RunData): string {
  if (!more || !less) return '';
  const shared = pairedDifferences(data, more, less, split);
  if (shared.size === 0) return '';
  const { mean, ci95 } = data.drawsOf(split).mean(shared);
  return pointsWithInterval(mean, ci95);
}
