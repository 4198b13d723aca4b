/**
 * Which problems arms are compared on. A response that is wrong, cut off or without an answer counts 0; what failed for other
 * reasons (a prompt that could not be sampled, a verifier that gave no verdict) would leave one arm's average and stay in the
 * other's, so such a problem leaves the comparison of all arms, and is counted.
 */
import type { EvalRecord } from './records.js';

/** An arm with its records. */
export interface ArmRecords {
  name: string;
  records: readonly EvalRecord[];
}

/** Problems of a split on which every arm has k judged samples. */
export interface Pairing {
  problems: ReadonlySet<string>;
  /** Problems left out, and their samples without a verdict over all arms. */
  leftOut: { problems: number; samples: number };
}

/** An arm without any whole problem in the split has no figures there, and does not take those of the others away. */
export function pairArms(arms: readonly ArmRecords[], split: string, k: number): Pairing {
  const own = arms.map(({ records }) => records.filter((record) => record.split === split));
  const whole = own.map((records) => new Set(records.filter((record) => isWhole(record, k)).map((r) => r.problemId)));
  const comparable = whole.filter((ids) => ids.size > 0);
  const all = new Set(own.flat().map((record) => record.problemId));
  const problems = new Set([...all].filter((id) => comparable.length > 0 && comparable.every((ids) => ids.has(id))));
  const outside = own.flat().filter((record) => !problems.has(record.problemId));
  const samples = outside.reduce(
    (sum, record) => sum + record.samples.filter(({ reward }) => reward === null).length,
    0,
  );
  return { problems, leftOut: { problems: all.size - problems.size, samples } };
}

/** Whether all k samples of a problem were judged: averages of fewer are not compared with averages of all. */
export function isWhole({ samples }: EvalRecord, k: number): boolean {
  return samples.length >= k && samples.every(({ reward }) => reward !== null);
}
