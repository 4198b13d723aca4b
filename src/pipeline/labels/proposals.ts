/** What came of candidates that were proposed, beside those that were drawn at random. */
import { pairKey, type Label, type QueryCandidates } from '../../judge/index.js';
import type { Session } from '../session.js';

/** Pairs and positives of a round of labels by where they came from. */
interface ProposalReport {
  pairs: number;
  failed: number;
  proposed: number;
  random: number;
  positivesProposed: number;
  positivesRandom: number;
}

/** An event and a line on the pairs that a round (from 1) has judged; nothing where none of them was proposed in the first. */
export async function tellProposals(
  { run, progress }: Session,
  judged: readonly QueryCandidates[],
  labels: readonly Label[],
  round: number,
): Promise<void> {
  const report = reportOf(judged, labels);
  if (round === 1 && report.proposed === 0) return;
  await run.event('label-round', { round, ...report });
  const { pairs, proposed, random, positivesProposed, positivesRandom } = report;
  const of = (found: number, all: number) => (all === 0 ? 'none' : `${found} of ${all} relevant`);
  progress.line(
    `labels: round ${round}: ${pairs} new pairs; proposed ${of(positivesProposed, proposed)}, drawn at random ${of(positivesRandom, random)}`,
  );
}

function reportOf(judged: readonly QueryCandidates[], labels: readonly Label[]): ProposalReport {
  const byPair = new Map(labels.map((label) => [pairKey(label), label]));
  const report = { pairs: 0, failed: 0, proposed: 0, random: 0, positivesProposed: 0, positivesRandom: 0 };
  for (const { problem, candidates, proposed } of judged) {
    for (const { id } of candidates) {
      const label = byPair.get(pairKey({ problemId: problem.id, traceId: id }));
      const relevant = label !== undefined && 'relevant' in label && label.relevant;
      const isProposed = proposed?.has(id) === true;
      report.pairs++;
      report[isProposed ? 'proposed' : 'random']++;
      if (label === undefined || 'failed' in label) report.failed++;
      if (relevant) report[isProposed ? 'positivesProposed' : 'positivesRandom']++;
    }
  }
  return report;
}
