/** Two arms paired by problem: the difference on each split with its interval, and problem by problem. Pure but for what is read before. */
import {
  averagesByProblem,
  differencesOf,
  evalMetricGlossary,
  pairArms,
  splitsOf,
  summaryDraws,
  type Summary,
} from '../../../eval/index.js';
import { PAGE, type ComparedProblem, type CompareQuery, type ComparisonAnswer } from './schemas.js';
import type { Side } from './sides.js';

const QUESTION = 300;

/** Means that are the same but for the order of their sum. */
const SAME = 1e-9;

/** `told` are differences of the run's report: over the same problems, an interval is the one that stands there. */
export function compareSides(
  { a, b }: { a: Side; b: Side },
  { split: asked, order, page }: Pick<CompareQuery, 'split' | 'order' | 'page'>,
  told: Summary['differences'],
): ComparisonAnswer {
  const k = Math.min(...[a, b].map(samplesOf));
  const arms = [a, b].map(({ run, arm, records }) => ({ name: `${run}:${arm}`, records }));
  // Of two runs the draws of one, which is the same whichever is looked at as a.
  const [first] = [a, b].toSorted((x, y) => (x.run < y.run ? -1 : 1));
  const { drawsOf } = summaryDraws(a.test, [a.records, b.records], first!.config);
  const names = [...new Set([...splitsOf(a.records), ...splitsOf(b.records)])];
  const questions = new Map(a.test.map(({ id, question }) => [id, question]));
  const problems: ComparedProblem[] = [];
  const splits = names.map((split): ComparisonAnswer['splits'][number] => {
    const pairing = pairArms(arms, split, k);
    const [own, other] = [a, b].map(({ records }) => onlyOf(averagesByProblem(records, split), pairing.problems)) as [
      Map<string, number>,
      Map<string, number>,
    ];
    const differences = differencesOf(own, other);
    const leftOut = pairing.leftOut.problems;
    if (differences.size === 0) return { split, n: 0, leftOut: Math.max(leftOut, own.size, other.size) };
    if (asked === undefined || asked === split)
      for (const [problemId, difference] of differences) {
        const question = (questions.get(problemId) ?? '').slice(0, QUESTION);
        problems.push({ problemId, split, question, a: own.get(problemId)!, b: other.get(problemId)!, difference });
      }
    const draws = drawsOf(split);
    const { mean, ci95, n } = draws.mean(differences);
    const known = told.find((row) => row.split === split && (row.n ?? n) === n && Math.abs(row.mean - mean) < SAME);
    const means = { a: draws.mean(own).mean, b: draws.mean(other).mean, difference: mean };
    return { split, ...means, ci95: known?.ci95 ?? ci95, n, leftOut };
  });
  const sign = order === 'a-first' ? 1 : -1;
  problems.sort((x, y) => sign * (y.difference - x.difference) || (x.problemId < y.problemId ? -1 : 1));
  const count = (holds: (difference: number) => boolean) => problems.filter((one) => holds(one.difference)).length;
  return {
    a: shown(a),
    b: shown(b),
    k,
    splits,
    better: { a: count((d) => d > 0), b: count((d) => d < 0), same: count((d) => d === 0) },
    page,
    pages: Math.ceil(problems.length / PAGE),
    problems: problems.slice(page * PAGE, (page + 1) * PAGE),
    meaning: evalMetricGlossary['paired difference'],
  };
}

export function shown({ run, arm, step, steps }: Side) {
  return { run, arm, step, steps };
}

/** Samples of a problem, as its configuration says. */
function samplesOf({ config, records }: Side): number {
  return config.eval.k ?? Math.max(1, ...records.map(({ samples }) => samples.length));
}

function onlyOf(values: ReadonlyMap<string, number>, ids: ReadonlySet<string>): Map<string, number> {
  return new Map([...values].filter(([id]) => ids.has(id)));
}
