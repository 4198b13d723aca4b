/** Log-likelihoods of right solutions given traces, measured once and kept: the raw numbers behind utility labels. */
import { JsonlWriter, readJsonlAll } from '../core/jsonl.js';
import { silent, type Progress } from '../core/progress.js';
import { checkScores } from '../engine/results.js';
import type { Policy, ScoreGroup, Tokens } from '../engine/types.js';
import { PairTokenizer, type PairCodec } from './pair-tokens.js';
import type { PlannedPair, ScoreBatch } from './score-plan.js';

/** One line of the scores file. */
export interface PairScore {
  key: string;
  problemId: string;
  traceId: string;
  /** log p(solution | trace, question) in nats, summed over `tokens` solution tokens; null where it failed. */
  logprob: number | null;
  tokens: number;
  failed?: string;
}

export interface ScoreOptions {
  policy: Policy;
  codec: PairCodec;
  /** Append-only file; batches that stand in it are not computed again. */
  path: string;
  progress?: Progress;
}

/**
 * Scores the pairs of all batches and returns every score by key. A batch of which any pair is missing in the file is
 * computed whole again, so that its numbers do not depend on where a run was stopped. A pair that does not fit the
 * model's window is a failure of that pair; an engine that fails, or gives a number that is none (`not-finite`), stops the run.
 */
export async function scorePairs(
  batches: readonly ScoreBatch[],
  options: ScoreOptions,
): Promise<Map<string, PairScore>> {
  const { policy, codec, path, progress = silent } = options;
  const writer = await JsonlWriter.open(path);
  try {
    const scores = new Map((await readJsonlAll<PairScore>(path)).map((score) => [score.key, score]));
    const tokenizer = new PairTokenizer(codec);
    const total = batches.reduce((sum, batch) => sum + batch.flat().length, 0);
    const task = progress.task('labels', total, 'pairs');
    let done = 0;
    for (const batch of batches) {
      const pairs = batch.flat();
      if (pairs.some(({ key }) => !scores.has(key))) {
        const found = await scoreBatch(batch, policy, tokenizer);
        const fresh = found.filter(({ key }) => !scores.has(key));
        await writer.append(...fresh);
        for (const score of fresh) scores.set(score.key, score);
      }
      done += pairs.length;
      task.update(done);
    }
    task.end();
    return scores;
  } finally {
    await writer.close();
  }
}

async function scoreBatch(batch: ScoreBatch, policy: Policy, tokenizer: PairTokenizer): Promise<PairScore[]> {
  const scores: PairScore[] = [];
  const groups: (ScoreGroup & { responses: Tokens[] })[] = [];
  const targets: { score: PairScore; group: number; response: number }[] = [];
  for (const pairs of batch) {
    const byPrefix = new Map<string, number>();
    for (const pair of pairs) {
      const { prefix, rest, solution } = tokenizer.tokens(pair);
      const score: PairScore = { ...identity(pair), logprob: null, tokens: solution.length };
      scores.push(score);
      const length = prefix.length + rest.length + solution.length;
      if (length > policy.info.maxContext) {
        score.failed = `${length} tokens do not fit the model's window of ${policy.info.maxContext}`;
        continue;
      }
      const name = prefix.join(' ');
      const at = byPrefix.get(name) ?? groups.length;
      if (at === groups.length) {
        groups.push({ prompt: prefix, responses: [] });
        byPrefix.set(name, at);
      }
      const responses = (groups[at] as (typeof groups)[number]).responses;
      targets.push({ score, group: at, response: responses.length });
      responses.push(Int32Array.from([...rest, ...solution]));
    }
  }
  if (groups.length === 0) return scores;
  const logprobs_NGT = await policy.logprobs(groups);
  checkScores(groups, logprobs_NGT);
  for (const { score, group, response } of targets) {
    const logprobs_T = logprobs_NGT[group]![response]!;
    const sum = logprobs_T.subarray(logprobs_T.length - score.tokens).reduce((a, b) => a + b, 0);
    score.logprob = Math.round(sum * 1e6) / 1e6;
  }
  return scores;
}

function identity({ key, problem, trace }: PlannedPair): Pick<PairScore, 'key' | 'problemId' | 'traceId'> {
  return { key, problemId: problem.id, traceId: trace.id };
}
