/** Stages "labels" and "labels-<round>": which traces help with which problems, as a policy measures it (Eq. 1) or a judge says. */
import { rm } from 'node:fs/promises';
import type { Config } from '../../config/index.js';
import { hashFile } from '../../core/hash-file.js';
import { hashJson } from '../../core/hash.js';
import { percentText } from '../../core/percent.js';
import { warn } from '../../runs/warnings.js';
import type { Problem, Trace, TraceGuard } from '../../data/index.js';
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
  type RoundGrade,
  type SelectedPairs,
} from '../../judge/index.js';
import { guardOf, type DataSets } from '../data/data-sets.js';
import { type Made } from '../data/make-data.js';
import { labelFiles, type LabelFiles } from './label-files.js';
import { labelsReadAttempts } from '../retrieve/attempts.js';
import { labelInRounds } from './label-rounds.js';
import { tellProposals } from './proposals.js';
import { roundJudge } from './round-judge.js';
import { utilityOptions } from './utility-options.js';
import { failuresText, oneSidedText, refuseUnusableLabels, skippedText } from './label-problems.js';
import { withLlmJudge } from './llm-labels.js';
import { labelsWithinBudget } from './selected-labels.js';
import type { Session } from '../session.js';
import { labelSettings, roundSettings } from '../warmup-settings.js';
import { judgeBySuccess } from './success-labels.js';
import { withRunPolicy } from '../arms/trained-part.js';
import { leftOutLabelsText, usableLabels } from './usable-labels.js';
import type { StartPolicy } from '../arms/warmup-stage.js';

/** A round of labels: which one of how many, and by which policy. */
export interface Turn {
  /** From 1. */
  round: number;
  rounds: number;
  policy: StartPolicy;
  /** Of the policy. */
  name: string;
  /** Ids of the problems whose labels it was warmed up on. */
  taught: ReadonlySet<string>;
}

/** The labels of a round. */
export interface RoundLabels {
  /** Those of pairs that may meet in training. */
  labels: Label[];
  /** How they agree with the truth. */
  grade: RoundGrade;
  /** Hash of what stands in their file, so that a file that was edited is another one. */
  fingerprint: string;
}

/** Labels pairs of training problems and traces by a policy, or reads them where the stage is done. */
export async function labelRound(session: Session, data: DataSets, turn: Turn): Promise<RoundLabels> {
  const { config, run } = session;
  const { policy, round, rounds } = turn;
  const files = labelFiles(run, round, rounds);
  let made: RoundGrade | undefined;
  // A budget and rounds train retrievers on the policy's token embeddings, and choose pairs by them.
  const partly = config.labels.selection.pairs === 'budget' || config.labels.rounds > 1;
  const inputs = {
    settings: (files.last ? labelSettings : roundSettings)(config, session.identities),
    data: data.fingerprint,
    policy: config.labels.judge === 'utility' || partly ? policy.fingerprint : null,
    ...(labelsReadAttempts(config) && { attempts: data.attempts }),
  };
  const work = async () => {
    const pairs = choosePairs(session, data);
    // These labels follow from scores, which are kept by content; lines of other inputs must not stay between them. The
    // LLM judge of all pairs sees to that itself, and goes on from the labels that are there.
    if (config.labels.judge !== 'llm' || partly) await rm(files.labels, { force: true });
    for (const line of skippedText(pairs)) session.progress.line(line);
    const labels = await judge(session, data, pairs, { policy, files, key: hashJson(inputs) });
    if (config.labels.rounds === 1) await tellProposals(session, pairs.queries, labels, 1);
    refuseUnusableLabels(labels, pairs, config.labels);
    made = gradeTurn(labels, data, turn);
    await run.event('labels', { stage: files.stage, skippedProblems: pairs.skipped.length, ...made.all });
    if (rounds > 1) await run.event('label-turn', { ...made });
    session.progress.line(gradeText(files.stage, made.all));
    const failed = failuresText(labels);
    if (failed !== undefined)
      await warn(run, session.progress, { code: 'failed-labels', where: 'labels', text: failed });
    const oneSided = oneSidedText(labels);
    if (oneSided !== undefined)
      await warn(run, session.progress, { code: 'one-sided-labels', where: 'labels', text: oneSided });
  };
  await run.stage(files.stage, inputs, work, [files.labels]);
  const judged = { problems: data.train, traces: data.corpus, guard: labelGuard(config, data) };
  const { labels, leftOut } = usableLabels(await readLabels(files.labels), judged);
  const text = leftOutLabelsText(leftOut);
  if (text !== undefined) session.progress.line(text);
  // Of labels that were made before, or some of which are left out, nothing is known yet.
  const grade = made && leftOut.size === 0 ? made : gradeTurn(labels, data, turn);
  return { labels, grade, fingerprint: await hashFile(files.labels) };
}

/** Which pairs may be labelled and trained on; labels.excludeSameAnswer may lift the rule on answers. */
export function labelGuard({ labels }: Config, data: Pick<DataSets, 'train' | 'test' | 'excludeLists'>): TraceGuard {
  return guardOf(data, { sameAnswer: labels.excludeSameAnswer });
}

/** The pairs that would be judged (in the first of several rounds), or those that may be; also what --dry-run counts. */
export function choosePairs(
  { config, rng, lengths }: Pick<Session, 'config' | 'rng' | 'lengths'>,
  data: Pick<Made, 'train' | 'test' | 'corpus' | 'excludeLists'>,
  maxCandidates = config.labels.maxCandidates,
): SelectedPairs {
  const { maxQueries, likeSolution, restrictToType, judge: name, measure } = config.labels;
  const answerAsSolution = name !== 'utility' || measure !== 'solution';
  const limits = { maxQueries, maxCandidates, likeSolution, restrictToType, answerAsSolution };
  const exclude = (problem: Problem & { solution: string }, trace: Trace) =>
    !lengths.fitsLabel(problem, trace, config.labels);
  const skipping = config.prompt.overlong === 'skip' && name === 'utility';
  const options = {
    ...limits,
    guard: labelGuard(config, data),
    ...(skipping && { exclude }),
    rng: rng.fork('labels'),
  };
  return selectPairs(data.train, data.corpus, options);
}

async function judge(
  session: Session,
  data: DataSets,
  { queries }: SelectedPairs,
  { policy, files, key }: { policy: StartPolicy; files: LabelFiles; key: string },
): Promise<Label[]> {
  const { config, progress } = session;
  const { labels: labelsPath, measured } = files;
  if (config.labels.rounds > 1) {
    const guard = labelGuard(config, data);
    const { queries: allowed } = choosePairs(session, data, Infinity);
    const judge = roundJudge(session, data, policy, measured);
    const { corpus } = data;
    const rounds = { queries, allowed, corpus, guard, folder: policy.modelFolder, measured, key, judge };
    const labels = await labelInRounds(session, rounds);
    await appendLabels(labelsPath, labels);
    return labels;
  }
  if (config.labels.selection.pairs === 'budget') {
    const guard = labelGuard(config, data);
    const labels = await labelsWithinBudget(session, queries, { folder: policy.modelFolder, guard, key });
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
  if (measure === 'success')
    return judgeBySuccess(session, queries, { policy, problems: data.train, measured, labelsPath });
  return withRunPolicy(session, policy.folder, (opened) =>
    judgeByUtility(queries, {
      ...utilityOptions(session, policy, measured),
      measure,
      policy: opened,
      topPositives,
      baseline,
      minGain,
      labelsPath,
    }),
  );
}

function gradeTurn(labels: readonly Label[], data: DataSets, { round, name, taught }: Turn): RoundGrade {
  const all = gradeByTruth(labels, data);
  if (round === 1) return { round, policy: name, all };
  const untaught = labels.filter(({ problemId }) => !taught.has(problemId));
  return { round, policy: name, all, untaught: gradeByTruth(untaught, data) };
}

/** How well the labels agree with the truth, where the data has one; truth is used for nothing else. */
function gradeByTruth(labels: readonly Label[], data: DataSets): LabelGrade {
  const problems = new Map(data.train.map((p) => [p.id, p.truth]));
  const traces = new Map(data.corpus.map((t) => [t.id, t.truth]));
  return gradeLabels(labels, { problem: (id) => problems.get(id), trace: (id) => traces.get(id) });
}

function gradeText(stage: string, grade: LabelGrade): string {
  const parts = [`${grade.pairs} pairs of ${grade.queries} problems, ${grade.positives} positive`];
  if (grade.failed > 0) parts.push(`${grade.failed} failed`);
  if (grade.precision !== null && grade.baseRate !== null) {
    parts.push(`precision by truth ${grade.precision.toFixed(2)} (chance ${grade.baseRate.toFixed(2)})`);
  }
  if (grade.auc !== null) parts.push(`AUC ${grade.auc.toFixed(2)}`);
  if (grade.bestRight !== null && grade.bestPossible !== null) {
    parts.push(
      `best by gain right ${percentText(grade.bestRight, 0)} (of at most ${percentText(grade.bestPossible, 0)})`,
    );
  }
  return `${stage}: ${parts.join(', ')}`;
}
