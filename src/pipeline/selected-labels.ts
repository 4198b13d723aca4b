/** Labels within a budget: which pairs are judged is chosen round by round, with a retriever trained in between. */
import { join } from 'node:path';
import { selectWithinBudget, type JudgePairs, type Label, type QueryCandidates } from '../judge/index.js';
import { scoreByQuickRetriever } from './quick-retriever.js';
import type { Session } from './session.js';

/**
 * Judges a share of all pairs (labels.selection). `folder` holds the policy whose token embeddings the quick retriever
 * stands on. label-pairs.jsonl in the run folder says of every pair why it was chosen; what it holds from an earlier attempt is
 * taken over.
 */
export async function labelsWithinBudget(
  session: Session,
  queries: readonly QueryCandidates[],
  folder: string,
  judge: JudgePairs,
): Promise<Label[]> {
  const { config, run, tokenizer, rng, progress } = session;
  const { selection, excludeSameAnswer } = config.labels;
  const score = scoreByQuickRetriever({
    folder,
    tokenize: (text) => tokenizer.encode(text),
    settings: { ...config.retriever, steps: selection.quickSteps },
    excludeSameAnswer,
    seed: config.seed,
    threads: config.engine.threads === 0 ? undefined : config.engine.threads,
  });
  const { labels } = await selectWithinBudget(queries, {
    ...selection,
    temperature: config.retriever.temperature,
    rng: rng.fork('selection'),
    judge,
    score: async (known, all, round) => {
      // Only one heavy worker at a time: the policy's makes room for the encoder's.
      await session.releaseEngine();
      return score(known, all, round);
    },
    path: join(run.root, 'label-pairs.jsonl'),
    progress,
  });
  return labels;
}
