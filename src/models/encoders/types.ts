/** What every encoder architecture is to those who train it and encode with it. */
import type { Graph, Tensor } from '../../tensor/index.js';
import type { ParamSpec } from '../parameters.js';
import type { TokenRows } from './token-rows.js';

/** What an encoder gives for a text: one vector a token (ColBERT), or a single vector. */
export type EncoderHead = 'late-interaction' | 'single-vector';

/** A parameter of an encoder. */
export interface EncoderParam extends ParamSpec {
  /** Whether training moves it. */
  trained: boolean;
}

/** An encoder's parameters as tensors of one graph, by name. */
export type EncoderTensors = ReadonlyMap<string, Tensor>;

/** Texts in a graph, padded behind their tokens: B of them, T tokens. */
export interface EncoderInputs {
  /** int32 [B, T]. */
  ids: Tensor;
  /** float32 [B, T]: 1 at the tokens that others may attend to, 0 at padding (and at the tokens of query expansion). */
  attended: Tensor;
  /** Where the tokens are among the padding; for architectures that pack. */
  where?: TokenRows;
}

/**
 * An architecture at given sizes: pure, made from a config that can be sent to a worker. The same graph serves encoding and, through
 * its gradients, training.
 */
export interface EncoderArchitecture {
  /** Size of the embedding table: ids are below it. */
  vocab: number;
  /** Longest text that it can take, in tokens. */
  maxTokens: number;
  /** Length of the vectors that come out. */
  dim: number;
  head: EncoderHead;
  /** Whether its graph takes `where`, and computes nothing at padding but attention. */
  packs?: boolean;
  /** In a fixed order. */
  params: readonly EncoderParam[];
  /**
   * Unit vectors [B, T, dim], or [B, 1, dim] with a single vector a text. What stands at padding has no influence on the tokens;
   * the vectors at padding mean nothing. Two calls on one graph (queries, documents) share the weights.
   */
  vectors(params: EncoderTensors, inputs: EncoderInputs): Tensor;
  /** What checkpoints of this architecture may have beyond its own tensor names; left out: nothing. */
  checkpoint?: {
    /** The tensor's name in `params`, whatever class or version of a library has saved it. */
    rename: (name: string) => string;
    /** Tensors, renamed, that vectors do without: heads of other tasks. */
    extras: RegExp;
  };
}

/** Declares all parameters in `graph`, under their names. */
export function declareEncoder(graph: Graph, { params }: Pick<EncoderArchitecture, 'params'>): EncoderTensors {
  return new Map(params.map(({ name, shape }) => [name, graph.param(name, shape)]));
}

/** A parameter that stands in model.safetensors as it is, under its own name. */
export function sameName(name: string, shape: number[]): Pick<ParamSpec, 'name' | 'shape' | 'parts'> {
  return { name, shape, parts: [{ hfName: name, rows: shape[0]!, shape }] };
}
