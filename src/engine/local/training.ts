/** What a policy's training works on: its trained parameters, the graph of their gradients and where those are added up. */
import { decoderFeeds } from '../../models/decoder.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { paramSpecs, sizeOf } from '../../models/parameters.js';
import type { Feed, Graph, TensorData } from '../../tensor/index.js';
import type { AlternativesShape } from '../alternatives.js';
import { makeTrainables, type Trainable } from '../../optim/trainables.js';
import { writeModel } from './checkpoint.js';
import { trainGraph } from './graphs.js';

/** Rewrites a parameter's name into that of a graph's input or output. */
export type Rename = (param: string) => string;

export interface Training {
  /** All parameters as graphs read them. */
  readonly params: ReadonlyMap<string, Float32Array>;
  /** What the optimizer moves. */
  readonly trainables: readonly Trainable[];
  /** Names the graph among those of this decoder. */
  readonly key: string;
  graph(withPrefix: boolean, alternatives?: AlternativesShape['kind']): Graph;
  /** What the graph takes beside the model's parameters. */
  readonly feeds: Record<string, Feed>;
  /** Accumulated gradients as the graph's feeds and fetches. */
  gradients(rename: Rename): Record<string, TensorData>;
  /** Gradient of the embedding table, to which rows are added outside of the graph; undefined where it is not trained. */
  readonly embedding: Float32Array | undefined;
  /** Called when the optimizer has moved what it trains. Throws `not-finite` where the parameters cannot be computed with any more. */
  moved(): Promise<void>;
  /** Writes what is trained, and what it takes to open it, into a folder that the caller makes atomic. */
  write(folder: string): Promise<void>;
}

/** Trains every parameter. Copies `start` to where the optimizer reaches it, beside gradients and moments. */
export function fullTraining(config: DecoderConfig, start: ReadonlyMap<string, Float32Array>): Training {
  const specs = paramSpecs(config);
  const trainables = makeTrainables(specs.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })));
  for (const { name, value } of trainables) value.set(start.get(name)!);
  const grads = new Map(trainables.map(({ name, grad }) => [name, grad]));
  const params = new Map(trainables.map(({ name, value }) => [name, value]));
  return {
    params,
    trainables,
    key: 'train',
    graph: (withPrefix, alternatives) => trainGraph(config, withPrefix, { ...(alternatives && { alternatives }) }),
    gradients: (rename) => {
      const feeds = Object.entries(decoderFeeds(config, grads));
      // The rows of an embedding that is not also the head are added outside.
      const inside = config.tied ? feeds : feeds.filter(([name]) => name !== 'embed');
      return Object.fromEntries(inside.map(([name, feed]) => [rename(name), feed]));
    },
    feeds: {},
    embedding: grads.get('embed')!,
    moved: async () => {},
    write: (folder) => writeModel(folder, config, params),
  };
}
