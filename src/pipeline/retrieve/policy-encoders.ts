/** Encoders that are the policy itself, looked at before any work: what cannot be is not found after hours of labels. */
import { readDecoderConfig, refuseWithoutWeights } from '../../models/index.js';
import { encoderSettings, policyEncoderOf, policyShapeOf, specOf, tokenizeBy } from '../../retriever/index.js';
import type { Session } from '../session.js';
import type { RetrieverName } from './contexts.js';

/** Throws `model` where an encoder stands on the token embeddings of the policy, whose folder has only config and tokenizer. */
export async function refuseMissingWeights(
  { config, modelFolder }: Pick<Session, 'config' | 'modelFolder'>,
  names: readonly RetrieverName[],
): Promise<void> {
  for (const name of names) {
    const entry = config.retrievers[name];
    if (entry?.kind === 'encoder' && entry.model === null)
      await refuseWithoutWeights(modelFolder, `retrievers.${name}`);
  }
}

/** Throws `model` naming the entry where the policy has no such layer, takes no such texts, or has no end token to pool by. */
export async function refuseImpossibleEncoders(
  { config, modelFolder, tokenizer }: Pick<Session, 'config' | 'modelFolder' | 'tokenizer'>,
  names: readonly RetrieverName[],
): Promise<void> {
  for (const name of names) {
    const entry = config.retrievers[name];
    if (entry?.kind !== 'encoder') continue;
    const shape = policyShapeOf(config.retriever, entry);
    if (!shape) continue;
    policyEncoderOf(await readDecoderConfig(modelFolder), shape, `retrievers.${name}.policy`);
    tokenizeBy(tokenizer, specOf(encoderSettings(config.retriever, entry)));
  }
}
