/**
 * A model as a Tinker server holds it: the fake's bigram, which reads the last token and the first of a sequence (a server does not know
 * where a prompt ends), AdamW, and losses with the reduction of one server or another.
 */
import { AdamW } from '../../../optim/adamw.js';
import { makeTrainables, type Trainable } from '../../../optim/trainables.js';
import { BigramModel } from '../../fake/bigram.js';
import { drawToken, logSoftmax, samplingLogprobs, type DrawOptions } from '../../draw.js';
import { responseStream } from '../../streams.js';
import type { Reduction } from '../reduction.js';

export interface ServedDatum {
  tokens: Int32Array;
  inputs: Partial<Record<string, Float32Array | Int32Array>>;
}

export interface Snapshot {
  values: Float32Array[];
  moments: ReturnType<AdamW['getState']>;
}

export class ServedModel {
  private readonly params: Trainable[];
  private readonly bigram: BigramModel;
  private readonly optimizer: AdamW;
  private readonly reduction: Reduction;
  private datums = 0;

  constructor(vocab: number, reduction: Reduction) {
    this.params = makeTrainables(['table', 'bag'].map((name) => ({ name, length: vocab ** 2, decay: true })));
    const [table, bag] = this.params.map((p) => p.value) as [Float32Array, Float32Array];
    this.bigram = new BigramModel(vocab, table, bag);
    this.bigram.randomise(1, 0.5);
    this.optimizer = new AdamW(this.params);
    this.reduction = reduction;
  }

  /** log p of each target; adds the gradient of the loss where there is one. */
  pass({ tokens, inputs }: ServedDatum, lossFn: string | undefined): Float32Array {
    const targets = inputs['target_tokens']!;
    const weights = Array.from(inputs['weights'] ?? tokens.map(() => 1));
    const total = this.reduction.perSequence ? weights.reduce((sum, w) => sum + w, 0) : 1;
    const logprobs = new Float32Array(tokens.length);
    for (const [t, last] of tokens.entries()) {
      const before = logSoftmax(this.logits(tokens[0]!, last));
      const p = before[targets[t]!]!;
      logprobs[t] = p;
      const ratio = Math.exp(p - (inputs['logprobs']?.[t] ?? p));
      const slope = lossFn === 'importance_sampling' ? -ratio * inputs['advantages']![t]! : -1;
      if (lossFn) this.addGradient(tokens[0]!, last, targets[t]!, before, (slope * weights[t]!) / total);
    }
    if (lossFn) this.datums++;
    return logprobs;
  }

  /** The gradient's norm; NaN where the weights have run away, as they stay then. Does not clip, like SkyRL. */
  step(adam: Record<string, number>): number {
    const divisor = this.reduction.perDatum ? Math.max(1, this.datums) : 1;
    for (const { grad } of this.params) for (const [i, g] of grad.entries()) grad[i] = g / divisor;
    this.datums = 0;
    const { learning_rate: learningRate, beta1, beta2, eps: epsilon, weight_decay: weightDecay } = adam;
    try {
      return this.optimizer.step({ learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm: 0 } as never);
    } catch {
      for (const { value } of this.params) value.fill(NaN);
      return NaN;
    }
  }

  sample(
    prompt: readonly number[],
    seed: number,
    params: DrawOptions & { maxTokens: number; stop: readonly number[] },
  ) {
    const stream = responseStream(seed, 0);
    const tokens: number[] = [];
    const logprobs: number[] = [];
    while (tokens.length < params.maxTokens && !params.stop.includes(tokens.at(-1)!)) {
      const logits = this.logits(prompt[0]!, tokens.at(-1) ?? prompt.at(-1)!);
      const token = drawToken(samplingLogprobs(logits, params), stream.next());
      tokens.push(token);
      logprobs.push(logSoftmax(logits)[token]!);
    }
    return { tokens, logprobs, stopReason: params.stop.includes(tokens.at(-1)!) ? 0 : 1 };
  }

  snapshot(): Snapshot {
    const { step, first, second } = this.optimizer.getState();
    const copies = (moments: Map<string, Float32Array>) => new Map([...moments].map(([name, m]) => [name, m.slice()]));
    return {
      values: this.params.map(({ value }) => value.slice()),
      moments: { step, first: copies(first), second: copies(second) },
    };
  }

  restore({ values, moments }: Snapshot, optimizer: boolean): void {
    for (const [i, { value }] of this.params.entries()) value.set(values[i]!);
    if (optimizer) this.optimizer.setState(moments);
  }

  private logits(first: number, last: number): Float64Array {
    return this.bigram.logits(this.bigram.promptLogits(Int32Array.of(first)), last);
  }

  /** d log p(token) / d logits = onehot - p. */
  private addGradient(first: number, last: number, token: number, before: Float64Array, slope: number): void {
    const [table, bag] = this.params as [Trainable, Trainable];
    const { vocab } = this.bigram;
    for (let j = 0; j < vocab; j++) {
      const d = slope * (Number(j === token) - Math.exp(before[j]!));
      table.grad[last * vocab + j]! += d;
      bag.grad[first * vocab + j]! += d;
    }
  }
}
