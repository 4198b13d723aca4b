/** What goes wrong with labels as a whole: problems that could not be judged, and labels that nothing can be learnt from. */
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { Label, SelectedPairs } from '../../judge/index.js';
import { ReplyTally } from '../../llm/index.js';
import { refuseJudgeWithoutTruth } from '../data/truth-checks.js';

/** Problems that take no part in the labels, by reason, as lines for people. */
export function skippedText({ skipped, queries }: SelectedPairs): string[] {
  if (skipped.length === 0) return [];
  const total = skipped.length + queries.length;
  return [
    `labels: ${skipped.length} of ${total} problems cannot be judged`,
    ...counted(skipped.map(({ reason }) => reason)).map(({ reason, count }) => `  ${count}: ${reason}`),
  ];
}

/** Throws `data` before anything is judged where no label could come out: no problem to judge, or no truth for the judge of it. */
export function refuseHopelessLabels(config: Config, pairs: SelectedPairs): void {
  if (pairs.queries.length === 0) refuseUnusableLabels([], pairs, config.labels);
  refuseJudgeWithoutTruth(config, pairs.queries);
}

/** How many pairs failed, with the first reason; undefined where none did. */
export function failuresText(labels: readonly Label[]): string | undefined {
  const failed = labels.flatMap((label) => ('failed' in label ? [label.failed] : []));
  if (failed.length === 0) return undefined;
  return `${failed.length} of ${labels.length} pairs could not be labelled and are neither relevant nor not; the first: ${failed[0]}`;
}

/** That every label says the same, so that nothing tells which trace helps; undefined where they differ. */
export function oneSidedText(labels: readonly Label[]): string | undefined {
  const judged = labels.filter((label) => 'relevant' in label);
  if (judged.length === 0 || judged.some(({ relevant }) => !relevant)) return undefined;
  return `all ${judged.length} labelled pairs are relevant, so the labels do not tell which traces help. Judge more candidates a problem (labels.maxCandidates), others than the likest ones, or ask for more (labels.topPositives, labels.minGain).`;
}

/**
 * Throws `llm` where a language model gave no verdict on most pairs, and `data` where no pair is relevant: with how many problems were skipped, pairs failed and pairs denied, each by reason, and
 * what to do about the commonest.
 */
export function refuseUnusableLabels(
  labels: readonly Label[],
  { queries, skipped }: SelectedPairs,
  settings: Config['labels'],
): void {
  if (labels.some((label) => 'relevant' in label && label.relevant)) return;
  const failed = labels.flatMap((label) => ('failed' in label ? [label.failed] : []));
  const denied = labels.length - failed.length;
  if (settings.judge === 'llm' && failed.length > 0 && failed.length >= denied) throw withoutVerdicts(labels);
  const parts = [
    ...counted(skipped.map(({ reason }) => reason)).map(({ reason, count }) => `${count} problems skipped: ${reason}`),
    ...counted(failed).map(({ reason, count }) => `${count} pairs failed: ${reason}`),
    ...(denied > 0 ? [`${denied} pairs were judged, and none is relevant`] : []),
  ];
  const shown = parts.slice(0, shownReasons);
  const rest = parts.length > shown.length ? [`and ${parts.length - shown.length} more reasons`] : [];
  throw new RaRftError({
    code: 'data',
    message: `${whatFailed(queries.length, skipped.length)} (${[...shown, ...rest].join('; ') || 'there are no problems'})`,
    where: 'labels',
    expected: 'problems with a relevant trace: at least 2 to train a retriever, a few hundred to learn something',
    hint: hintOf({ queries: queries.length, skipped, failed: failed.length, denied }, settings),
  });
}

function withoutVerdicts(labels: readonly Label[]): RaRftError {
  const tally = new ReplyTally({ wanted: 'verdict', things: 'pairs' });
  for (const label of labels) tally.add('failed' in label ? label.failed : undefined);
  return tally.useless();
}

function whatFailed(judged: number, skipped: number): string {
  if (judged === 0) return `none of the ${skipped} training problems can be judged`;
  return `no pair of ${judged} problems is labelled relevant${skipped > 0 ? `, and ${skipped} problems cannot be judged` : ''}`;
}

const shownReasons = 6;

interface Facts {
  queries: number;
  skipped: SelectedPairs['skipped'];
  failed: number;
  denied: number;
}

/** What to do, by what went wrong most. */
function hintOf({ queries, skipped, failed, denied }: Facts, settings: Config['labels']): string {
  if (queries === 0) return skippedHint(counted(skipped.map(({ reason }) => reason))[0]?.reason ?? '', settings);
  if (failed > denied) {
    return 'Almost no pair could be judged: mend the reason that is named first. Neither types nor solutions are at fault.';
  }
  if (queries === 1) return 'One problem alone has little to learn from: give more training problems.';
  if (settings.judge === 'utility') {
    return settings.measure === 'success'
      ? 'No trace makes right answers commoner: with so weak a policy labels.measure: solution tells more; or raise labels.samples.'
      : 'No trace gains more than labels.minGain: lower it, or look at the scores with `ra-rft judge stats`.';
  }
  return 'The judge denies every pair: look at its reasons with `ra-rft judge stats`, and at whether the corpus has anything alike.';
}

function skippedHint(reason: string, { restrictToType }: Config['labels']): string {
  if (reason === '') return 'Give training problems (data.problems).';
  if (reason === 'no solution') {
    return 'Name the field with solutions (data.problems.fields.solution), or set labels.measure to answer or success, which need none.';
  }
  if (reason.startsWith('the corpus has')) {
    return restrictToType
      ? 'Give more solved problems (data.corpus); where there are types, problems and traces must name them alike (data.*.fields.type), or set labels.restrictToType: false.'
      : 'Give more solved problems (data.corpus).';
  }
  if (reason.includes('has its answer')) {
    return 'labels.excludeSameAnswer: false allows traces with the answer of the problem, which reward copying; better give more traces.';
  }
  return 'Give traces that may be shown: others than the problems themselves, not listed in data.excludeLists, and not all of the unseen split.';
}

/** Equal reasons, the commonest first. */
function counted(reasons: readonly string[]): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count);
}
