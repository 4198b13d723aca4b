/** Cross-fitting: training problems are searched for by encoders that have seen no label of theirs (`retriever.crossFit`). */
import type { Config } from '../../config/index.js';
import { encodersBehind, isLateSource, isTrained, type NamedRetrievers, type RetrieverName } from './contexts.js';

type CrossFitting = NamedRetrievers & Pick<Config, 'retriever' | 'warmup'>;

/** Encoders behind a retriever that are trained once for each fold; none where no training prompt shows what these find. */
function crossFittedBehind(config: CrossFitting, name: RetrieverName): RetrieverName[] {
  const { arms, retriever, warmup } = config;
  const shown = arms.some(({ train }) => train === name) || (warmup.crossFit && isLateSource(config, name));
  if (retriever.crossFit === 1 || !shown) return [];
  return encodersBehind(config, name).filter((of) => isTrained(config, of));
}

/** Whether the training problems are searched for by the encoders of folds when this retriever searches. */
export function isCrossFitted(config: CrossFitting, name: RetrieverName): boolean {
  return crossFittedBehind(config, name).length > 0;
}

/** Whether the warm-up shows what the encoder that is trained on all labels finds, and arms what those of the folds do. */
export function warmsUpUncrossed(config: CrossFitting, name: RetrieverName): boolean {
  return !config.warmup.crossFit && isLateSource(config, name) && isCrossFitted(config, name);
}

/** The folds that an encoder is trained for, from 1; none where it is trained on all labels alone. */
export function foldsOf(config: CrossFitting, encoder: RetrieverName): number[] {
  const used = Object.keys(config.retrievers).some((name) => crossFittedBehind(config, name).includes(encoder));
  return used ? Array.from({ length: config.retriever.crossFit }, (_, fold) => fold + 1) : [];
}
