/** Labels within a budget: part of the pairs is judged, others are inferred, with a retriever trained in between. */
import { join } from 'node:path';
import {
  auditText,
  judgeByTruth,
  judgePairsByLlm,
  selectWithinBudget,
  type JudgePairs,
  type Label,
  type QueryCandidates,
  type SelectionReport,
} from '../../judge/index.js';
import type { TraceGuard } from '../../data/index.js';
import { withLlmJudge } from './llm-labels.js';
import { quickSettings, scoreByQuickRetriever } from './quick-retriever.js';
import type { Session } from '../session.js';

/**
 * Judges a share of all pairs (labels.selection) by truth or language model. `folder` holds the policy whose token embeddings
 * the quick retriever stands on. label-waves.jsonl in the run folder has the verdicts in the order they were asked for; those
 * of an earlier attempt with the same `key` are taken over. `guard` says which pairs may meet.
 */
export function labelsWithinBudget(
  session: Session,
  queries: readonly QueryCandidates[],
  { folder, guard, key }: { folder: string; guard: TraceGuard; key: string },
): Promise<Label[]> {
  const { judge } = session.config.labels;
  if (judge === 'truth') return select((pairs) => Promise.resolve(judgeByTruth(pairs)));
  return withLlmJudge(session, (llm) => select((pairs) => judgePairsByLlm(pairs, llm)));

  async function select(judgePairs: JudgePairs): Promise<Label[]> {
    const { config, run, tokenizer, rng, progress } = session;
    const { selection } = config.labels;
    // Only one heavy worker at a time: the policy's makes room for the encoder's.
    await session.releaseEngine();
    const { labels, report } = await selectWithinBudget(queries, {
      ...selection,
      rng: rng.fork('selection'),
      judge: judgePairs,
      score: scoreByQuickRetriever({
        folder,
        tokenizer,
        settings: quickSettings(config.retriever, selection.quickSteps),
        validationShare: config.retriever.validationShare,
        guard,
        seed: config.seed,
        threads: config.engine.threads === 0 ? undefined : config.engine.threads,
      }),
      path: join(run.root, 'label-waves.jsonl'),
      key,
      progress,
    });
    await run.event('selection', { ...report });
    for (const line of selectionText(report)) progress.line(line);
    return labels;
  }
}

/** What was judged and inferred, and what the random slice says of it. */
function selectionText(report: SelectionReport): string[] {
  const { judged, inferred, classes, placed, alone, used } = report;
  return [
    `selection: ${judged} pairs judged, ${inferred} inferred; ${placed} problems in ${classes} classes, ${alone} that nothing helped`,
    `selection: ${auditText(report)}`,
    ...(used
      ? []
      : [
          'selection: too few were confirmed (labels.selection.minConfirmed), so no inferred label is used: relevance does not fall into classes here, or the judge is unsure',
        ]),
  ];
}
