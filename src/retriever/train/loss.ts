/** The losses that a retriever may be trained with, behind one call each: as a reference with its gradient, and inside a graph. */
import type { Tensor } from '../../tensor/index.js';
import { gradedKl, gradedMargin } from './graded.js';
import { gradedKlLoss, gradedMarginLoss, KL_FEEDS, klFeeds, MARGIN_FEEDS, marginFeeds } from './graded-graph.js';
import { INFONCE_FEEDS, infoNceLoss, pairFeeds, type LossTensors } from './infonce-graph.js';
import { infoNce, type LossResult, type PairMasks } from './infonce.js';

/** InfoNCE over positives and negatives (Eq. 2), or a loss of graded labels: KL of softmaxes, squared errors of differences. */
export type LossKind = 'infonce' | 'kl' | 'margin';

export interface LossSettings {
  kind: LossKind;
  /** Temperature of the gains of graded labels. */
  gainTemperature: number;
}

/** What a batch that names no loss is trained with. */
export const DEFAULT_LOSS: LossSettings = { kind: 'infonce', gainTemperature: 1 };

/** Whether a loss follows measured gains, rather than positives and negatives. */
export function isGraded({ kind }: Pick<LossSettings, 'kind'>): boolean {
  return kind !== 'infonce';
}

/** The reference: loss and gradient of a score matrix [Q * D]. */
export function pairLoss(
  { kind, gainTemperature }: LossSettings,
  scores: ArrayLike<number>,
  masks: PairMasks,
  temperature: number,
): LossResult {
  if (kind === 'kl') return gradedKl(scores, masks, { temperature, gainTemperature });
  if (kind === 'margin') return gradedMargin(scores, masks, { temperature, gainTemperature });
  return infoNce(scores, masks, temperature);
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
  if (kind === 'kl') return gradedKlLoss(scores, of(feedNames.kl), temperature);
  if (kind === 'margin') return gradedMarginLoss(scores, of(feedNames.margin), temperature);
  return infoNceLoss(scores, of(feedNames.infonce), temperature);
}

/** What a batch feeds to {@link lossTensors}: float32 [Q * D] by name. */
export function lossFeeds({ kind, gainTemperature }: LossSettings, masks: PairMasks): Record<string, Float32Array> {
  if (kind === 'kl') return klFeeds(masks, gainTemperature);
  if (kind === 'margin') return marginFeeds(masks, gainTemperature);
  return { ...pairFeeds(masks) };
}
