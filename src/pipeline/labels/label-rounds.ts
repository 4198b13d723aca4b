/**
 * Labels in rounds: label, train a retriever on the labels, let it propose candidates beside a random slice, label those. What a
 * candidate gains that nobody measured is never known, and the best ones are rarely among a few drawn at random.
 */
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { JsonlWriter, mendLastLine, readJsonlAll } from '../../core/jsonl.js';
import { Rng } from '../../core/rng.js';
import { isUnseen, type Trace, type TraceGuard } from '../../data/index.js';
import { proposeCandidates, type Label, type Proposal, type QueryCandidates } from '../../judge/index.js';
import type { Session } from '../session.js';
import { tellProposals } from './proposals.js';
import { withTrainedRetriever } from './quick-retriever.js';

/** Judges the pairs that are new in a round (from 1), and gives the labels of all rounds so far. */
export type JudgeRound = (fresh: readonly QueryCandidates[], round: number) => Promise<Label[]>;

export interface LabelRounds {
  /** First candidates, and all that may be judged, of the same queries in the same order. */
  queries: readonly QueryCandidates[];
  allowed: readonly QueryCandidates[];
  corpus: readonly Trace[];
  guard: TraceGuard;
  /** Folder of the policy on whose token embeddings the retriever stands. */
  folder: string;
  /** Folder that proposals are kept in. */
  measured: string;
  /** Hash of all that the labels depend on: proposals that were made from the same are taken over. */
  key: string;
  judge: JudgeRound;
}

/** A line of label-rounds.jsonl: what a round added to each query. */
interface RoundLine {
  key: string;
  round: number;
  queries: { problemId: string; proposed: string[]; random: string[] }[];
}

/** Labels of all rounds (`labels.rounds`). Proposals are kept in label-rounds.jsonl, so that a stopped stage trains no retriever twice. */
export async function labelInRounds(session: Session, options: LabelRounds): Promise<Label[]> {
  const { rounds } = session.config.labels;
  const path = join(options.measured, 'label-rounds.jsonl');
  await mendLastLine(path);
  const kept = existsSync(path) ? await readJsonlAll<RoundLine>(path) : [];
  const measured = options.queries.map(({ candidates }) => new Set(candidates.map(({ id }) => id)));
  let labels = await options.judge(options.queries, 1);
  await tellProposals(session, options.queries, labels, 1);
  for (let round = 2; round <= rounds; round++) {
    const before = kept.find((line) => line.key === options.key && line.round === round);
    const proposals = before ? takenOver(before, options) : await propose(session, options, labels, measured, round);
    if (!before) {
      const writer = await JsonlWriter.open(path);
      try {
        await writer.append(lineOf(proposals, options, round));
      } finally {
        await writer.close();
      }
    }
    const fresh = options.queries.map(({ problem }, q): QueryCandidates => {
      const { proposed, random } = proposals[q]!;
      return { problem, candidates: [...proposed, ...random], proposed: new Set(proposed.map(({ id }) => id)) };
    });
    fresh.forEach(({ candidates }, q) => candidates.forEach(({ id }) => measured[q]!.add(id)));
    labels = await options.judge(fresh, round);
    await tellProposals(session, fresh, labels, round);
  }
  return labels;
}

async function propose(
  session: Session,
  { queries, allowed, corpus, guard, folder }: LabelRounds,
  labels: readonly Label[],
  measured: readonly ReadonlySet<string>[],
  round: number,
): Promise<Proposal[]> {
  const { config, tokenizer, rng } = session;
  const { proposalsPerRound: proposals, randomPerRound: random } = config.labels;
  const problems = queries.map(({ problem }) => problem);
  const traces = corpus.filter((trace) => !isUnseen(trace));
  const place = new Map(traces.map(({ id }, at) => [id, at]));
  const plan = {
    folder,
    tokenizer,
    settings: config.retriever,
    // Parted as the run's own retrievers part them: the queries that grade them propose nothing.
    validationShare: config.retriever.validationShare,
    testShare: config.retriever.testShare,
    partsSeed: config.seed,
    unjudged: 'negative' as const,
    guard,
    seed: Rng.fromSeed(config.seed).fork(`label-rounds/${round}`).nextUint32(),
    threads: config.engine.threads === 0 ? undefined : config.engine.threads,
  };
  // Only one heavy worker at a time: the policy's makes room for the encoder's.
  await session.releaseEngine();
  const scores = await withTrainedRetriever(labels, { problems, traces }, plan, (score) => score(problems, traces));
  const stream = rng.fork(`label-rounds/${round}`);
  return allowed.map(({ problem, candidates }, q) => {
    const own = scores && candidates.map(({ id }) => scores[q * traces.length + place.get(id)!]!);
    const options = { proposals, random, rng: stream.fork(problem.id) };
    return proposeCandidates(candidates, measured[q]!, own, options);
  });
}

function lineOf(proposals: readonly Proposal[], { queries, key }: LabelRounds, round: number): RoundLine {
  const ids = (traces: readonly Trace[]) => traces.map(({ id }) => id);
  return {
    key,
    round,
    queries: proposals.map(({ proposed, random }, q) => {
      return { problemId: queries[q]!.problem.id, proposed: ids(proposed), random: ids(random) };
    }),
  };
}

/** What an earlier attempt proposed, from the same inputs. */
function takenOver({ queries: lines }: RoundLine, { queries, corpus }: LabelRounds): Proposal[] {
  const byId = new Map(corpus.map((trace) => [trace.id, trace]));
  const byProblem = new Map(lines.map((line) => [line.problemId, line]));
  const traces = (ids: readonly string[] = []) => ids.flatMap((id) => byId.get(id) ?? []);
  return queries.map(({ problem }) => {
    const line = byProblem.get(problem.id);
    return { proposed: traces(line?.proposed), random: traces(line?.random) };
  });
}
