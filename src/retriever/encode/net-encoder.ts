/** The learned encoder: a tokenizer of its own before a network. */
import type { Params } from '../../models/parameters.js';
import type { EncoderNet, NetTrainingState, Scorer, TokenBatch, TrainStepResult, TrainUpdate } from './net/port.js';
import type { TokenizeTexts } from './text-form.js';
import { splitTexts, type TokenVectors } from './token-vectors.js';
import type { TokenizedTexts, TokenText } from './token-text.js';
import type { EncodedTexts, EncoderInfo, Side, TrainableEncoder } from './types.js';

/** A {@link TrainableEncoder} over a network, which it disposes of. */
export class NetEncoder implements TrainableEncoder {
  readonly info: EncoderInfo;
  private readonly net: EncoderNet;
  private readonly tokenizeTexts: TokenizeTexts;

  constructor(net: EncoderNet, tokenize: TokenizeTexts, info: EncoderInfo) {
    this.net = net;
    this.tokenizeTexts = tokenize;
    this.info = info;
  }

  async encode(texts: readonly string[], side: Side): Promise<EncodedTexts> {
    const { texts: chunks, cut } = this.tokenize(texts, side);
    const vectors = await this.net.encode(chunks.flat());
    return {
      texts: splitTexts(
        vectors,
        chunks.map(({ length }) => length),
      ),
      cut,
    };
  }

  tokenize(texts: readonly string[], side: Side): TokenizedTexts {
    return this.tokenizeTexts(texts, side);
  }

  encodeTokens(texts: readonly TokenText[]): Promise<TokenVectors> {
    return this.net.encode(texts);
  }

  step(batch: TokenBatch, update: TrainUpdate): Promise<TrainStepResult> {
    return this.net.trainStep(batch, update);
  }

  snapshot(): Promise<Params> {
    return this.net.snapshot();
  }

  restore(snapshot: Params): Promise<void> {
    return this.net.restore(snapshot);
  }

  trainingState(): Promise<NetTrainingState> {
    return this.net.trainingState();
  }

  setTrainingState(state: NetTrainingState): Promise<void> {
    return this.net.setTrainingState(state);
  }

  get scorer(): Scorer {
    return this.net;
  }

  dispose(): Promise<void> {
    return this.net.dispose();
  }
}
