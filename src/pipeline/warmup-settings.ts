/**
 * The part of the configuration that warm-ups and labels depend on, and the names of their stages: they may take turns, so that there
 * are several of each.
 */
import { generationOf, labelsBySuccess, type Config } from '../config/index.js';
import { modelOf } from '../llm/index.js';
import { optimizerOf } from './arms/optimizer.js';
import { firstShares, sourceShares } from './arms/warmup-contexts.js';
import { promptWording, solutionEnds, type Identities, type Settings } from './fingerprint.js';
import { warmupSources, type RetrieverName } from './retrieve/contexts.js';
import { encoderIdentity } from './retrieve/encoder-identity.js';

/** The search of a source of the warm-up that needs no policy. */
export function warmupTracesStage(name: RetrieverName): string {
  return `warmup-traces-${name}`;
}

/** The warm-up of the policy that all arms start from, where the first one did not have all of its sources. */
export const startStage = 'warmup-start';

/** Labels of a round that another warm-up follows; those of the last one are the stage "labels". */
export function labelStage(round: number): string {
  return `labels-${round}`;
}

/** The warm-up on labels whose policy measures those of this round. */
export function turnStage(round: number): string {
  return `warmup-${round}`;
}

/** The warm-ups that lead to labels, in order; all of their names stand in metrics.jsonl. */
export function firstWarmups({ labels }: Pick<Config, 'labels'>): string[] {
  return ['warmup', ...Array.from({ length: labels.alternation.times }, (_, i) => turnStage(i + 2))];
}

/** The first warm-up: without the sources that need labels or a policy. */
export function warmupSettings(config: Config, identities: Identities): Settings {
  return supervisedSettings(config, identities, sourceSettings(config, firstShares(config)));
}

/** The warm-up of the policy that all arms start from, with all sources. */
export function startSettings(config: Config, identities: Identities): Settings {
  return supervisedSettings(config, identities, sourceSettings(config, sourceShares(config)));
}

/** A warm-up on labels. */
export function turnSettings(config: Config, identities: Identities): Settings {
  const { times: _times, ...alternation } = config.labels.alternation;
  return { ...supervisedSettings(config, identities, {}), labels: { alternation } };
}

/** Nothing where all traces are random ones, as in older run folders. */
function sourceSettings({ warmup }: Config, shares: Record<string, number>): Settings {
  const { contextShare, topTraces, mostTraces } = warmup;
  const isRandom = Object.keys(shares).join() === 'random';
  return { contextShare, ...(!isRandom && { traces: shares, topTraces }), ...(mostTraces > 1 && { mostTraces }) };
}

function supervisedSettings(config: Config, { model }: Identities, shown: Settings): Settings {
  const { warmup, prompt, rl, seed } = config;
  const { steps, batchSize, learningRate } = warmup;
  return {
    model: { path: model },
    warmup: { steps, batchSize, learningRate, ...shown },
    prompt: promptWording(prompt),
    ...solutionEnds(config),
    rl: { ...optimizerOf(rl), ...(rl.lora.rank > 0 && { lora: rl.lora }) },
    seed,
  };
}

/** That the arms start from another policy than the first; nothing where they do not, as in older run folders. */
export function lateSources(config: Config): Settings {
  const { late } = warmupSources(config);
  return late.length === 0 ? {} : { warmup: sourceSettings(config, sourceShares(config)) };
}

/** The last labels: with how many turns of labels and warm-up lead to them, where there are any. */
export function labelSettings(config: Config, identities: Identities): Settings {
  const settings = roundSettings(config, identities);
  const { times } = config.labels.alternation;
  return times === 0
    ? settings
    : { ...settings, labels: { ...(settings['labels'] as Settings), alternation: { times } } };
}

/** Labels of one round, by the policy of that round. */
export function roundSettings(config: Config, identities: Identities): Settings {
  const { llm, prompt, retriever, seed } = config;
  const {
    generation: _answers,
    rounds,
    proposalsPerRound,
    randomPerRound,
    alternation: _turns,
    policy: measuredBy,
    ...labels
  } = config.labels;
  const { promptFile: _path, ...judging } = labels.llm;
  const byUtility = labels.judge === 'utility';
  // A budget and rounds train retrievers on the policy's token embeddings, and choose pairs by them.
  const inRounds = rounds > 1;
  const partly = labels.selection.pairs === 'budget' || inRounds;
  return {
    labels: {
      ...labels,
      ...(measuredBy === 'model' && { policy: measuredBy }),
      llm: { ...judging, promptFile: identities.judgePrompt },
      ...(labelsBySuccess(config) && { generation: generationOf(config, 'labels') }),
      ...(inRounds && { rounds, proposalsPerRound, randomPerRound }),
    },
    ...(labels.judge === 'llm' && { llm: { model: modelOf(llm) } }),
    ...(partly && { retriever: encoderIdentity(retriever) }),
    ...((byUtility || partly) && { model: { path: identities.model } }),
    ...(byUtility && { prompt: promptWording(prompt) }),
    ...(byUtility && !labelsBySuccess(config) && solutionEnds(config)),
    ...(labelsBySuccess(config) && { reward: identities.reward }),
    seed,
  };
}
