/** InfoNCE (Eq. 2) inside a tensor graph; the reference, with the reasons, is infonce.ts. */
import {
  add,
  concat,
  exp,
  expand,
  logSumExp,
  max,
  mean,
  mul,
  sub,
  sum,
  unsqueeze,
  type Tensor,
} from '../../tensor/index.js';
import { pairShares, type PairMasks } from './infonce.js';

/** Takes a logit out of a sum of exponentials. */
export const NEVER = -1e9;

/** Scalars that every loss gives. */
export interface LossTensors {
  loss: Tensor;
  meanMaxProbability: Tensor;
}

/** Feeds of {@link infoNceLoss}, each float32 [Q, D]. */
export const INFONCE_FEEDS = ['weight', 'negativeBias', 'candidateBias'] as const;

/** Feeds of {@link infoNceLoss}, made from a batch's masks: each float32 [Q, D]. */
export interface PairFeeds {
  /** Share of the pair in the loss at positives, else 0: equal shares, or by the weights of the queries. */
  weight: Float32Array;
  /** 0 at negatives, NEVER elsewhere. */
  negativeBias: Float32Array;
  /** 0 at positives and negatives, NEVER at ignored pairs. */
  candidateBias: Float32Array;
}

export function pairFeeds(masks: PairMasks): PairFeeds {
  const { positive, ignore } = masks;
  return {
    weight: Float32Array.from(pairShares(masks)),
    negativeBias: Float32Array.from(positive, (p, i) => (p || ignore[i] ? NEVER : 0)),
    candidateBias: Float32Array.from(ignore, (i) => (i ? NEVER : 0)),
  };
}

/** The loss (a scalar) and the mean largest probability (a scalar) of scores [Q, D]; every query must have a positive. */
export function infoNceLoss(
  scores: Tensor,
  feeds: { weight: Tensor; negativeBias: Tensor; candidateBias: Tensor },
  temperature: number,
): LossTensors {
  const logits = mul(scores, 1 / temperature);
  const logNegatives = logSumExp(add(logits, feeds.negativeBias), 1, true);
  // log(e^logit + sum of negatives) for every pair; only those of positives are weighted in.
  const spread = expand(logNegatives, logits.shape);
  const logTotal = logSumExp(concat([unsqueeze(logits, 2), unsqueeze(spread, 2)], 2), 2);
  const loss = sum(mul(sub(logTotal, logits), feeds.weight));
  const candidates = add(logits, feeds.candidateBias);
  const meanMaxProbability = mean(exp(sub(max(candidates, 1, true), logSumExp(candidates, 1, true))));
  return { loss, meanMaxProbability };
}
