/** The part of the configuration that retrievers and their searches depend on, and the names of their stages. */
import { join } from 'node:path';
import { withAllBehind, type Config } from '../config/index.js';
import { bm25OptionsOf, diversityOf, encoderSettings, hubOptionsOf } from '../retriever/index.js';
import type { Identities, Settings } from './fingerprint.js';
import { isTrained, type RetrieverName } from './retrieve/contexts.js';
import { isCrossFitted, warmsUpUncrossed } from './retrieve/cross-fit.js';
import { encoderIdentity } from './retrieve/encoder-identity.js';

export function encoderStage(name: RetrieverName): string {
  return `retriever-${name}`;
}

/** An encoder that is trained without the labels of a fold. */
export function foldStage(name: RetrieverName, fold: number): string {
  return `${encoderStage(name)}.fold-${fold}`;
}

/** Where it stands among the encoders of a run: those of folds beside the encoders that others may take, and not among them. */
export function encoderFolder(name: RetrieverName, fold?: number): string {
  return fold === undefined ? name : join(`${name}.folds`, String(fold));
}

export function retrievedStage(name: RetrieverName): string {
  return `retrieved-${name}`;
}

/** The search for the training problems as it would be without cross-fitting. */
export function uncrossedStage(name: RetrieverName): string {
  return `${retrievedStage(name)}.without-cross-fit`;
}

/** An encoder that is not trained depends on no label. */
export function encoderStageSettings(config: Config, name: RetrieverName, { model, encoders }: Identities): Settings {
  const { labels, retriever, retrievers, seed } = config;
  const { validationShare, testShare } = retriever;
  const entry = retrievers[name];
  return {
    model: { path: model },
    ...(entry?.kind === 'encoder' && {
      retrievers: {
        [name]: {
          ...encoderIdentity(encoderSettings(retriever, entry), entry.model === null && !entry.policy),
          ...(entry.policy?.train === 'full' && { frozenLayers: entry.frozenLayers }),
          ...(entry.model !== null && { ...hubSettings(retriever, entry, seed), model: encoders[name] }),
        },
      },
    }),
    ...(isTrained(config, name) && {
      labels: { excludeSameAnswer: labels.excludeSameAnswer, selection: { pairs: labels.selection.pairs } },
      retriever: { validationShare, testShare },
    }),
    seed,
  };
}

/** As those of the encoder that is trained on all labels; the queries are parted into folds. */
export function foldStageSettings(config: Config, name: RetrieverName, identities: Identities): Settings {
  const settings = encoderStageSettings(config, name, identities);
  const { crossFit } = config.retriever;
  return { ...settings, retriever: { ...(settings['retriever'] as Settings), crossFit } };
}

/** What is beside the settings that every encoder has. */
function hubSettings(...of: Parameters<typeof hubOptionsOf>): Settings {
  const { chunks: _chunks, queryText: _query, ...options } = hubOptionsOf(...of);
  return options;
}

/** That the training problems are searched for by encoders of folds; nothing where they are not, as in older run folders. */
export function retrievedSettings(config: Config, name: RetrieverName): Settings {
  const { crossFit } = config.retriever;
  return { ...searchedSettings(config, name), ...(isCrossFitted(config, name) && { retriever: { crossFit } }) };
}

/** The search without cross-fitting: what it is compared with or, where the configuration says so, what the warm-up shows. */
export function uncrossedSettings(config: Config, name: RetrieverName): Settings {
  const { crossFit } = config.warmup;
  return { ...searchedSettings(config, name), ...(warmsUpUncrossed(config, name) && { warmup: { crossFit } }) };
}

/** One search, whatever for. What an encoder is made of counts by its files. */
export function searchedSettings(config: Config, name: RetrieverName): Settings {
  const entry = config.retrievers[name]!;
  const decides = withAllBehind(config, name).flatMap((of) => searchSettings(config, of));
  const diversity = diversityOf(entry);
  return {
    ...(decides.length > 0 && { retrievers: Object.fromEntries(decides) }),
    ...(diversity && { diversity }),
    seed: config.seed,
  };
}

/** What decides the hits of one retriever by itself; how a server is reached does not. */
function searchSettings({ retriever, retrievers }: Config, name: RetrieverName): [RetrieverName, unknown][] {
  const entry = retrievers[name];
  switch (entry?.kind) {
    case 'bm25':
      return [[name, bm25OptionsOf(entry)]];
    case 'embeddings': {
      const { apiKeyEnv: _key, batch: _batch, document = retriever.document, ...decides } = entry;
      return [[name, { ...decides, document }]];
    }
    case 'random':
    case 'rerank':
    case 'fuse':
      return [[name, entry]];
    case 'encoder': {
      if (entry.server) return [[name, { server: entry.server.kind }]]; // where it stands decides nothing
      const { index } = encoderSettings(retriever, entry);
      return index === 'auto' ? [] : [[name, { index }]];
    }
    default:
      return [];
  }
}
