/** Judged pairs with what every judge says of them; filters and order. Pure. */
import { compareJudges, judgeByTruth, labelStats, pairKey, worstDisagreements, type Label } from '../../judge/index.js';
import { Rng } from '../../core/rng.js';
import { leftOutLabelsText, type JudgedRun } from '../../pipeline/index.js';
import {
  type AgreementLine,
  type JudgedPair,
  type JudgeLine,
  type LabelsSummary,
  type PairsAnswer,
  type PairsQuery,
  type Verdict,
} from './label-schemas.js';

/** Labels of one judge. */
export interface Judge extends Pick<JudgeLine, 'id' | 'name' | 'kind'> {
  labels: readonly Label[];
}

export interface Judges {
  run: JudgedRun;
  /** The run's own first. */
  judges: Judge[];
}

/** Whether both sides of the labelled pairs have one truth; undefined where no pair has a truth. */
export function truthJudge({ labels, problems, corpus }: JudgedRun): Judge | undefined {
  const traceOf = new Map(corpus.map((trace) => [trace.id, trace]));
  const judged = new Map<string, string[]>();
  for (const { problemId, traceId } of labels) {
    const traces = judged.get(problemId);
    if (traces) traces.push(traceId);
    else judged.set(problemId, [traceId]);
  }
  const pairs = problems.flatMap((problem) => {
    const candidates = (judged.get(problem.id) ?? []).flatMap((id) => traceOf.get(id) ?? []);
    return candidates.length === 0 ? [] : [{ problem: { ...problem, solution: '' }, candidates }];
  });
  const known = judgeByTruth(pairs).filter((label) => 'relevant' in label);
  return known.length === 0 ? undefined : { id: 'truth', name: 'truth', kind: 'truth', labels: known };
}

/** The judges in numbers; how far each of the others agrees with the run's, and persons with the truth. */
export function summaryOf({ run, judges }: Judges): LabelsSummary {
  const [own, ...others] = judges;
  const truth = others.find(({ kind }) => kind === 'truth');
  const leftOut = leftOutLabelsText(run.leftOut);
  return {
    judges: judges.map(lineOf),
    agreements: [
      ...(own ? others.map((other) => agreementOf(own, other)) : []),
      ...(truth ? others.filter(({ kind }) => kind === 'person').map((person) => agreementOf(truth, person)) : []),
    ],
    ...(leftOut !== undefined && { leftOut }),
  };
}

/** As `ra-rft judge audit` compares them; intervals follow from the names of the two. */
export function agreementOf(a: Judge, b: Judge): AgreementLine {
  const rng = Rng.fromSeed('labels').fork(`${a.id}/${b.id}`);
  const { pairs, failed, agreement, kappa, kappaCi95 } = compareJudges(a.labels, b.labels, { rng });
  return { a: a.name, b: b.name, pairs, failed, agreement, kappa, kappaCi95 };
}

function lineOf({ id, name, kind, labels }: Judge): JudgeLine {
  const { all, queries, repeated } = labelStats(labels, new Map(), 0);
  const { pairs, failed, relevant, meanScore } = all;
  return { id, name, kind, pairs, failed, relevant, meanScore, problems: queries, repeated };
}

/** Pairs that somebody has judged, with all that is known of them. */
export function pairsOf({ run, judges }: Judges): JudgedPair[] {
  const problems = new Map(run.problems.map((problem) => [problem.id, problem]));
  const traces = new Map(run.corpus.map((trace) => [trace.id, trace]));
  const pairs = new Map<string, JudgedPair>();
  for (const { id, labels } of judges) {
    for (const label of labels) {
      const [problem, trace] = [problems.get(label.problemId), traces.get(label.traceId)];
      if (!problem || !trace) continue;
      const key = pairKey(label);
      const pair = pairs.get(key) ?? {
        problem: {
          id: problem.id,
          question: problem.question,
          solution: problem.solution ?? `Answer: ${problem.answer}`,
        },
        trace: { id: trace.id, question: trace.question, solution: trace.trace },
        verdicts: [],
        differ: false,
      };
      pair.verdicts.push(verdictOf(id, label));
      pairs.set(key, pair);
    }
  }
  for (const pair of pairs.values())
    pair.differ = new Set(pair.verdicts.flatMap(({ relevant }) => relevant ?? [])).size > 1;
  return [...pairs.values()];
}

function verdictOf(judge: string, label: Label): Verdict {
  if ('failed' in label) return { judge, relevant: null, failed: label.failed };
  const { relevant, score, reason, inferred } = label;
  return {
    judge,
    relevant,
    ...(score !== undefined && { score }),
    ...(reason !== undefined && { reason }),
    ...(inferred && { inferred }),
  };
}

/** How sure two judges are of different things, by pair: the surest pair of judges counts. */
export function disagreementsOf({ judges: [own, ...others] }: Judges): Map<string, number> {
  const strengths = new Map<string, number>();
  for (const other of own ? others : []) {
    for (const { a, strength } of worstDisagreements(own!.labels, other.labels, Infinity)) {
      const key = pairKey(a);
      strengths.set(key, Math.max(strengths.get(key) ?? -Infinity, strength));
    }
  }
  return strengths;
}

/** Pairs of a page. */
const LIMIT = 20;

/** A page of the pairs that the filters let pass. */
export function pageOf(
  pairs: readonly JudgedPair[],
  { judge, said, min, max, text, order, from }: PairsQuery,
  strengths: ReadonlyMap<string, number>,
): PairsAnswer {
  const wanted = text.trim().toLowerCase();
  const verdict = (pair: JudgedPair) => pair.verdicts.find((one) => one.judge === judge);
  const found = pairs.filter((pair) => {
    const one = verdict(pair);
    if (said !== 'any' && (one === undefined || saidBy(one) !== said)) return false;
    if (min !== undefined && !(one?.score !== undefined && one.score >= min)) return false;
    if (max !== undefined && !(one?.score !== undefined && one.score <= max)) return false;
    return wanted === '' || textsOf(pair).some((each) => each.toLowerCase().includes(wanted));
  });
  const strength = ({ problem, trace, differ }: JudgedPair) =>
    strengths.get(pairKey({ problemId: problem.id, traceId: trace.id })) ?? (differ ? -Number.MAX_VALUE : -Infinity);
  const gain = (pair: JudgedPair) => verdict(pair)?.score ?? -Infinity;
  const by = { disagreements: strength, gain, file: undefined }[order];
  const sorted = by ? found.toSorted((a, b) => compare(by(b), by(a))) : found;
  return {
    total: found.length,
    differing: found.filter(({ differ }) => differ).length,
    pairs: sorted.slice(from, from + LIMIT),
    limit: LIMIT,
  };
}

/** Also of infinite numbers, whose difference is none. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

function saidBy({ relevant }: Verdict): 'yes' | 'no' | 'failed' {
  return relevant === null ? 'failed' : relevant ? 'yes' : 'no';
}

function textsOf({ problem, trace, verdicts }: JudgedPair): string[] {
  const said = verdicts.flatMap(({ reason, failed }) => [reason ?? '', failed ?? '']);
  return [problem.id, problem.question, problem.solution, trace.id, trace.question, trace.solution, ...said];
}
