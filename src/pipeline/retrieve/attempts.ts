/** Which retrievers read the policy's own draft beside the question. */
import type { Config } from '../../config/index.js';
import { encoderSettings } from '../../retriever/index.js';
import { encodersBehind, neededContexts, neededEncoders, wantsLabels, type RetrieverName } from './contexts.js';

type Retrievers = Pick<Config, 'retriever' | 'retrievers'>;

/** Whether a retriever, or an encoder behind it, searches with drafts. */
export function searchesWithAttempts(config: Retrievers, name: RetrieverName): boolean {
  return encodersBehind(config, name).some((of) => {
    const entry = config.retrievers[of];
    return entry?.kind === 'encoder' && encoderSettings(config.retriever, entry).query === 'question+attempt';
  });
}

/** Whether quick retrievers choose which pairs are labelled, as the section `retriever` says. */
export function labelsReadAttempts({ labels, retriever }: Pick<Config, 'labels' | 'retriever'>): boolean {
  const partly = labels.selection.pairs === 'budget' || labels.rounds > 1;
  return partly && retriever.query === 'question+attempt';
}

/** Whether anything in a run reads drafts. */
export function readsAttempts(config: Retrievers & Pick<Config, 'labels' | 'arms' | 'warmup'>): boolean {
  const names = [...neededContexts(config).keys(), ...Object.keys(config.retrievers).slice(0, 1)];
  return labelsReadAttempts(config) || names.some((name) => searchesWithAttempts(config, name));
}

/** Whether a run that goes to `until` makes drafts. */
export function draftsAttempts(config: Parameters<typeof readsAttempts>[0], until: string): boolean {
  return readsAttempts(config) && (wantsLabels(config, until) || neededEncoders(config).length > 0);
}
