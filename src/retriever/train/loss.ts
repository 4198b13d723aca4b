/** The losses that a retriever may be trained with, behind one call each: as a reference with its gradient, and inside a graph. */
import { add, type Tensor } from '../../tensor/index.js';
import { gradedKl, gradedMargin } from './graded.js';
import { gradedKlLoss, gradedMarginLoss, KL_FEEDS, klFeeds, MARGIN_FEEDS, marginFeeds } from './graded-graph.js';
import { INFONCE_FEEDS, infoNceLoss, pairFeeds, type LossTensors } from './infonce-graph.js';
import { infoNce, type LossResult, type PairMasks } from './infonce.js';

/**
 * InfoNCE over positives and negatives (Eq. 2), or a loss of graded labels: KL of softmaxes, squared errors of differences. A graded one
 * alone would leave open how measured candidates stand to all others, so InfoNCE of the positives against those is added to it, as
 * ColBERTv2 does (arXiv 2112.01488).
 */
export type LossKind = 'infonce' | 'kl' | 'margin';

export interface LossSettings {
  kind: LossKind;
  /** Temperature of the gains of graded labels. */
  gainTemperature: number;
  /** Weight of InfoNCE beside a loss of graded labels; the batch's masks leave out of it what was measured. */
  contrastWeight: number;
}

/** What a batch that names no loss is trained with. */
export const DEFAULT_LOSS: LossSettings = { kind: 'infonce', gainTemperature: 1, contrastWeight: 1 };

/** Whether a loss follows measured gains, rather than positives and negatives. */
export function isGraded({ kind }: Pick<LossSettings, 'kind'>): boolean {
  return kind !== 'infonce';
}

/** The reference: loss and gradient of a score matrix [Q * D]. */
export function pairLoss(
  { kind, gainTemperature, contrastWeight }: LossSettings,
  scores: ArrayLike<number>,
  masks: PairMasks,
  temperature: number,
): LossResult {
  const contrast = infoNce(scores, masks, temperature);
  if (kind === 'infonce') return contrast;
  const graded = (kind === 'kl' ? gradedKl : gradedMargin)(scores, masks, { temperature, gainTemperature });
  return {
    loss: graded.loss + contrastWeight * contrast.loss,
    gradient: graded.gradient.map((slope, i) => slope + contrastWeight * contrast.gradient[i]!),
    meanMaxProbability: graded.meanMaxProbability,
  };
}

const feedNames = { infonce: INFONCE_FEEDS, kl: KL_FEEDS, margin: MARGIN_FEEDS } as const;

/** The same of scores [Q, D] in a graph; `input` declares a float32 [Q, D] of a name, to be fed with {@link lossFeeds}. */
export function lossTensors(
  kind: LossKind,
  scores: Tensor,
  input: (name: string) => Tensor,
  temperature: number,
): LossTensors {
  const of = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, input(name)])) as Record<Name, Tensor>;
  const contrast = infoNceLoss(scores, of(feedNames.infonce), temperature);
  if (kind === 'infonce') return contrast;
  const { loss, meanMaxProbability } =
    kind === 'kl'
      ? gradedKlLoss(scores, of(feedNames.kl), temperature)
      : gradedMarginLoss(scores, of(feedNames.margin), temperature);
  return { loss: add(loss, contrast.loss), meanMaxProbability };
}

/** What a batch feeds to {@link lossTensors}: float32 [Q * D] by name. */
export function lossFeeds(settings: LossSettings, masks: PairMasks): Record<string, Float32Array> {
  const { kind, gainTemperature, contrastWeight } = settings;
  const contrast = { ...pairFeeds(masks) };
  if (kind === 'infonce') return contrast;
  const weight = contrast.weight.map((share) => contrastWeight * share);
  const graded = kind === 'kl' ? klFeeds(masks, gainTemperature) : marginFeeds(masks, gainTemperature);
  return { ...contrast, weight, ...graded };
}
