/** Stage "labels": which traces help with which problems, measured under the policy the arms start from (Eq. 1). */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { warn } from '../core/warnings.js';
import type { Problem, Trace } from '../data/index.js';
import {
  appendLabels,
  gradeLabels,
  judgeByLlm,
  judgeByTruth,
  judgeByUtility,
  readLabels,
  selectPairs,
  type Label,
  type LabelGrade,
  type SelectedPairs,
} from '../judge/index.js';
import { ReplyTally } from '../llm/index.js';
import type { DataSets, Made } from './data-stage.js';
import { promptWording, rewardIdentity } from './fingerprint.js';
import { llmJudgeInputs, withLlmJudge } from './llm-labels.js';
import { labelsWithinBudget } from './selected-labels.js';
import type { Session } from './session.js';
import { judgeBySuccess } from './success-labels.js';
import type { StartPolicy } from './warmup-stage.js';

export interface LabelResult {
  labels: Label[];
  fingerprint: string;
}

/** Labels pairs of training problems and traces, or reads them where the stage is done. */
export async function labelPairs(session: Session, data: DataSets, policy: StartPolicy): Promise<LabelResult> {
  const { config, run } = session;
  // A budget trains retrievers on the policy's token embeddings, and chooses pairs by them.
  const partly = config.labels.selection.pairs === 'budget';
  const inputs = {
    data: data.fingerprint,
    labels: withoutPromptPath(config.labels),
    ...(config.labels.judge === 'llm' && { llm: await llmJudgeInputs(config) }),
    ...(partly && { retriever: config.retriever }),
    policy: config.labels.judge === 'utility' || partly ? policy.fingerprint : null,
    prompt: config.labels.judge === 'utility' ? promptWording(config.prompt) : null,
    ...(bySuccess(config) && {
      reward: await rewardIdentity(config),
      maxTokens: config.rl.maxTokens,
      eval: config.eval.temperature,
    }),
    seed: config.seed,
  };
  await run.stage('labels', inputs, async () => {
    const pairs = choosePairs(session, data);
    // These labels follow from scores, which are kept by content; lines of other inputs must not stay between them. The
    // LLM judge of all pairs sees to that itself, and goes on from the labels that are there.
    if (config.labels.judge !== 'llm' || partly) await rm(run.paths.labels, { force: true });
    const labels = await judge(session, pairs, policy, hashJson(inputs));
    refuseUnusable(config.labels.judge, labels, pairs);
    const grade = gradeByTruth(labels, data);
    await run.event('labels', { skippedProblems: pairs.skipped.length, ...grade });
    session.progress.line(gradeText(grade));
    await warnOfFailures(session, labels);
  });
  return { labels: await readLabels(run.paths.labels), fingerprint: hashJson(inputs) };
}

/** The pairs that would be judged; also what --dry-run counts. */
export function choosePairs(
  { config, rng, lengths }: Pick<Session, 'config' | 'rng' | 'lengths'>,
  data: Pick<Made, 'train' | 'corpus' | 'excludeLists'>,
): SelectedPairs {
  const { maxQueries, maxCandidates, restrictToType, excludeSameAnswer, judge: name, measure } = config.labels;
  const answerAsSolution = name === 'llm' || (name === 'utility' && measure !== 'solution');
  const limits = { maxQueries, maxCandidates, restrictToType, excludeSameAnswer, answerAsSolution };
  const exclude = (problem: Problem & { solution: string }, trace: Trace) =>
    !lengths.fitsLabel(problem, trace, config.labels);
  const skipping = config.prompt.overlong === 'skip' && name === 'utility';
  const options = {
    ...limits,
    excludeLists: data.excludeLists,
    ...(skipping && { exclude }),
    rng: rng.fork('labels'),
  };
  return selectPairs(data.train, data.corpus, options);
}

async function judge(session: Session, { queries }: SelectedPairs, policy: StartPolicy, key: string): Promise<Label[]> {
  const { config, run, codec, progress } = session;
  const { labels: labelsPath } = run.paths;
  if (config.labels.selection.pairs === 'budget') {
    const labels = await labelsWithinBudget(session, queries, policy.folder, key);
    await appendLabels(labelsPath, labels);
    return labels;
  }
  if (config.labels.judge === 'truth') {
    const labels = judgeByTruth(queries);
    await appendLabels(labelsPath, labels);
    return labels;
  }
  if (config.labels.judge === 'llm') {
    return withLlmJudge(session, (llm) => judgeByLlm(queries, { ...llm, labelsPath, progress }));
  }
  const { measure, topPositives, baseline, minGain } = config.labels;
  if (measure === 'success') return judgeBySuccess(session, queries, policy);
  const engine = await session.engine();
  await engine.load(policy.folder, { optimizer: false });
  return judgeByUtility(queries, {
    measure,
    engine,
    codec,
    policyKey: hashJson([policy.fingerprint, promptWording(config.prompt)]),
    topPositives,
    baseline,
    minGain,
    labelsPath,
    scoresPath: join(run.root, 'label-scores.jsonl'),
    progress,
  });
}

/** The judge's prompt counts by its content, which is among the inputs where it is used. */
function withoutPromptPath({ llm: { promptFile: _path, ...llm }, ...labels }: Config['labels']): unknown {
  return { ...labels, llm };
}

function bySuccess({ labels }: Config): boolean {
  return labels.judge === 'utility' && labels.measure === 'success';
}

type FailedLabel = Extract<Label, { failed: string }>;

function failedLabels(labels: readonly Label[]): FailedLabel[] {
  return labels.filter((label): label is FailedLabel => 'failed' in label);
}

/** Nothing was judged: that is no matter of the data's types, and the first failure says what it is. */
function refuseAllFailed(labels: readonly Label[]): void {
  const failed = failedLabels(labels);
  const [first] = failed;
  if (!first || failed.length < labels.length) return;
  throw new RaRftError({
    code: 'data',
    message: `none of ${labels.length} pairs could be labelled; the first: ${first.failed}`,
    where: `labels: problem ${first.problemId} with trace ${first.traceId}`,
    expected: 'labels for some of them',
    hint: 'Mend what is named and run the same command again.',
  });
}

async function warnOfFailures({ run, progress }: Session, labels: readonly Label[]): Promise<void> {
  const failed = failedLabels(labels);
  if (failed.length === 0) return;
  const text = `${failed.length} of ${labels.length} pairs could not be labelled and are neither relevant nor not; the first: ${failed[0]?.failed}`;
  await warn(run, progress, { code: 'failed-labels', where: 'labels', text });
}

/** Throws `llm` where it is the language model's fault that there is nothing to learn from, else `data`. */
function refuseUnusable(
  judgeName: Config['labels']['judge'],
  labels: readonly Label[],
  { queries, skipped }: SelectedPairs,
): void {
  if (labels.some((label) => 'relevant' in label && label.relevant)) return;
  const failed = failedLabels(labels).length;
  if (judgeName !== 'llm') refuseAllFailed(labels);
  if (judgeName === 'llm' && failed > 0 && failed * 2 >= labels.length) throw withoutVerdicts(labels);
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const decided = labels.length - failed;
  if (decided > 0) reasons.set('judged not relevant', decided);
  for (const label of labels) if ('failed' in label) reasons.set(label.failed, (reasons.get(label.failed) ?? 0) + 1);
  throw new RaRftError({
    code: 'data',
    message: `no pair of ${queries.length} problems was labelled relevant (${[...reasons].map(([r, n]) => `${r}: ${n}`).join('; ') || 'no reason recorded'})`,
    where: 'labels',
    expected: 'training problems with solutions, and at least two allowed traces of their type',
    hint:
      decided > 0
        ? 'labels.jsonl has what the judge said of each pair, and why; more candidates (labels.maxCandidates) may hold better ones.'
        : 'Check solutions and types of your data; labels.restrictToType: false lifts the restriction to one type.',
  });
}

function withoutVerdicts(labels: readonly Label[]): RaRftError {
  const tally = new ReplyTally({ wanted: 'verdict', things: 'pairs' });
  for (const label of labels) tally.add('failed' in label ? label.failed : undefined);
  return tally.useless();
}

/** How well the labels agree with the truth, where the data has one; truth is used for nothing else. */
export function gradeByTruth(labels: readonly Label[], data: DataSets): LabelGrade {
  const problems = new Map(data.train.map((p) => [p.id, p.truth]));
  const traces = new Map(data.corpus.map((t) => [t.id, t.truth]));
  return gradeLabels(labels, { problem: (id) => problems.get(id), trace: (id) => traces.get(id) });
}

function gradeText(grade: LabelGrade): string {
  const parts = [`${grade.pairs} pairs of ${grade.queries} problems, ${grade.positives} positive`];
  if (grade.failed > 0) parts.push(`${grade.failed} failed`);
  if (grade.precision !== null && grade.baseRate !== null) {
    parts.push(`precision by truth ${grade.precision.toFixed(2)} (chance ${grade.baseRate.toFixed(2)})`);
  }
  if (grade.auc !== null) parts.push(`AUC ${grade.auc.toFixed(2)}`);
  return `labels: ${parts.join(', ')}`;
}
