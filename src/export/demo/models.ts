/**
 * The trained retriever and the policy of a run in one thread, without workers, locks or files of their own: what a demo shows. It runs
 * the same in Node, where the reference numbers are made, and in a browser, whose pages bring their own ONNX Runtime and files.
 */
import { closeAll, openWhole } from '../../core/closing.js';
import { noContext, showing } from '../../data/context.js';
import { TraceGuard } from '../../data/guards.js';
import type { Problem, Trace } from '../../data/types.js';
import { contextWindow } from '../../engine/local/local-engine.js';
import { ModelState } from '../../engine/local/model-state.js';
import { Programs } from '../../engine/local/programs.js';
import { sampleAll } from '../../engine/local/sampler.js';
import { scoreGroups } from '../../engine/local/trainer.js';
import type { Tokens } from '../../engine/types.js';
import { loadParams } from '../../models/checkpoint.js';
import { architectureOf } from '../../models/encoders/config.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { PromptCodec } from '../../models/prompt.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { NetSession } from '../../retriever/encode/net/session.js';
import { readRetriever } from '../../retriever/encode/retriever-folder.js';
import type { RetrieverSpec } from '../../retriever/encode/spec.js';
import { documentText, queryText } from '../../retriever/encode/text.js';
import { tokenizeBy, type TokenizeTexts } from '../../retriever/encode/text-form.js';
import { joinTexts, splitTexts, type TokenVectors } from '../../retriever/encode/token-vectors.js';
import { scoreDocuments } from '../../retriever/index/best-chunks.js';
import { RankedTraces } from '../../retriever/score/ranking.js';
import { searchAllowed } from '../../retriever/search-allowed.js';
import type { Hit } from '../../retriever/types.js';
import { matchTexts, type DrawnMatch } from './match.js';
import type { DemoSetup } from './site.js';

/** A question as it is asked; the answer, where it is known, keeps traces that give it away out of sight. */
export type Asked = Pick<Problem, 'id' | 'question'> & { answer?: string };

/** What a response says so far. */
export interface Said {
  /** As a verifier reads it. */
  text: string;
  /** Texts of its tokens, and the probability of each under the policy. */
  tokens: string[];
  probabilities: number[];
}

/** Traces encoded at a time: what progress moves by. */
const ENCODED_AT_ONCE = 64;
/** Rows and prompt tokens of a page are few; the weights are built into the step, since a page has no others to feed. */
const SAMPLER = { maxRows: 64, cacheBytes: 2e8, prefillTokens: 4096, freezeFrom: 0 };
const SCORING = { bytes: 1e9, rows: 4096 };

export interface OpenDemo {
  folders: { policy: string; retriever: string };
  setup: DemoSetup;
  threads: number;
  /** Hears how many of the traces are encoded. */
  encoded?: (traces: number) => void;
}

export class DemoModels {
  readonly codec: PromptCodec;
  private readonly setup: DemoSetup;
  private readonly tokenizer: Tokenizer;
  private readonly state: ModelState;
  private readonly programs: Programs;
  private readonly encoder: Encoder;
  private readonly ranked: RankedTraces;

  private constructor(setup: DemoSetup, policy: OpenPolicy, programs: Programs, encoder: Encoder) {
    this.setup = setup;
    this.tokenizer = policy.tokenizer;
    this.state = policy.state;
    this.codec = policy.codec;
    this.programs = programs;
    this.encoder = encoder;
    this.ranked = new RankedTraces(setup.traces);
  }

  /** Reads both folders and encodes all traces. Throws `model` where a folder is damaged. */
  static async open({ folders, setup, threads, encoded }: OpenDemo): Promise<DemoModels> {
    return openWhole(async (own) => {
      const programs = own(new Programs(threads));
      const policy = await openPolicy(folders.policy, setup, programs);
      const encoder = own(await Encoder.open(folders.retriever, threads));
      await encoder.setTraces(setup.traces, encoded);
      return new DemoModels(setup, policy, programs, encoder);
    });
  }

  /** The best traces that may stand beside the question. */
  async search(asked: Asked, k: number): Promise<Hit[]> {
    const scores = await this.scores(asked.question);
    const guard = new TraceGuard(asked.answer === undefined ? [] : [{ ...asked, answer: asked.answer }]);
    const search = (
      [query]: readonly Asked[],
      { k: most, excludeIds_Q }: { k: number; excludeIds_Q?: readonly ReadonlySet<string>[] },
    ) => Promise.resolve([this.ranked.rank(query!, scores, { k: most, exclude: excludeIds_Q?.[0] })]);
    const [hits] = await searchAllowed({ search }, [asked], k, guard.mayShow.bind(guard));
    return hits!;
  }

  /** Score of every trace, in the order of the corpus. */
  scores(question: string): Promise<Float32Array> {
    return this.encoder.scores(question);
  }

  /** Which token of the trace every token of the question meets. */
  match(question: string, trace: Trace): Promise<DrawnMatch> {
    return this.encoder.match(question, trace);
  }

  /** Words of a text that the policy has no token for. */
  unknownWords(text: string): string[] {
    const { unknownId } = this.tokenizer;
    if (unknownId === undefined) return [];
    return [...new Set(text.split(/\s+/))].filter((word) => this.tokenizer.encode(word).includes(unknownId));
  }

  /**
   * One response for each of `traces` (undefined: the problem alone), drawn together; the same seed gives the same responses. `drawn`
   * sees the ones under way after every token; where it throws, the sampling ends with that.
   */
  async answer(
    asked: Asked,
    traces: readonly (Trace | undefined)[],
    seed: number,
    drawn?: (place: number, said: Said) => void,
  ): Promise<Said[]> {
    const requests = traces.map((trace) => ({ prompt: this.prompt(asked, trace), n: 1, seed }));
    const options = { ...this.setup.sampling, stopTokens: this.codec.stopTokens };
    const samples_NG = await sampleAll(this.state, requests, options, SAMPLER, {
      drawn: (rows) => {
        for (const { request, tokens, policyLogprobs } of rows) drawn?.(request, this.said(tokens, policyLogprobs));
      },
    });
    return samples_NG.map(([sample]) => this.said(sample!.tokens, sample!.policyLogprobs ?? []));
  }

  /** log p of every token of a worked solution, said after the problem with a trace or without one. */
  async logprobs(asked: Asked, trace: Trace | undefined, solution: string): Promise<Float32Array> {
    const groups = [{ prompt: this.prompt(asked, trace), responses: [this.codec.response(solution)] }];
    const [[logprobs]] = (await scoreGroups(this.state, groups, SCORING)) as [[Float32Array]];
    return logprobs;
  }

  async dispose(): Promise<void> {
    await this.state.weightsChanged();
    await closeAll([this.programs, this.encoder]);
  }

  private prompt(asked: Asked, trace: Trace | undefined): Tokens {
    return this.codec.prompt(asked, trace ? showing(trace) : noContext);
  }

  private said(tokens: ArrayLike<number>, logprobs: ArrayLike<number>): Said {
    const ids = Int32Array.from(tokens);
    return {
      text: this.codec.decode(ids),
      tokens: Array.from(ids, (id) => this.tokenizer.tokenText(id) ?? `[${id}]`),
      probabilities: Array.from(logprobs, Math.exp),
    };
  }
}

interface OpenPolicy {
  tokenizer: Tokenizer;
  state: ModelState;
  codec: PromptCodec;
}

async function openPolicy(folder: string, { prompt }: DemoSetup, programs: Programs): Promise<OpenPolicy> {
  const config = await readDecoderConfig(folder);
  const tokenizer = await Tokenizer.load(folder);
  const params = await loadParams(folder, config);
  return {
    tokenizer,
    state: new ModelState(config, params, { maxContext: contextWindow(config), programs }),
    codec: new PromptCodec(tokenizer, { ...prompt, eosIds: config.eosIds }),
  };
}

/** The encoder of a retriever folder, and the traces that it has encoded. */
class Encoder {
  private readonly net: NetSession;
  private readonly tokenizer: Tokenizer;
  private readonly tokenize: TokenizeTexts;
  private readonly spec: RetrieverSpec;
  private readonly dim: number;
  private scoreQueries: ((queries: TokenVectors) => Promise<Float32Array>) | undefined;

  private constructor(net: NetSession, tokenizer: Tokenizer, spec: RetrieverSpec, dim: number) {
    this.net = net;
    this.tokenizer = tokenizer;
    this.tokenize = tokenizeBy(tokenizer, spec);
    this.spec = spec;
    this.dim = dim;
  }

  static async open(folder: string, threads: number): Promise<Encoder> {
    const { header, encoder } = await readRetriever(folder);
    const tokenizer = await Tokenizer.load(folder);
    const net = new NetSession({ ...encoder, scoring: header.spec.scoring, temperature: 1, threads });
    return new Encoder(net, tokenizer, header.spec, architectureOf(encoder.config).dim);
  }

  async setTraces(traces: readonly Trace[], encoded: (traces: number) => void = () => {}): Promise<void> {
    const found: TokenVectors[] = [];
    for (let from = 0; from < traces.length; from += ENCODED_AT_ONCE) {
      const part = traces.slice(from, from + ENCODED_AT_ONCE).map((trace) => documentText(trace, this.spec.text));
      const { texts } = this.tokenize(part, 'document');
      const vectors = await this.net.encode(texts.flat());
      found.push(
        ...splitTexts(
          vectors,
          texts.map(({ length }) => length),
        ),
      );
      encoded(found.length);
    }
    const counts = found.map(({ lengths }) => lengths.length);
    this.scoreQueries = await scoreDocuments(this.net, joinTexts(found, this.dim), counts);
  }

  async scores(question: string): Promise<Float32Array> {
    const { texts } = this.tokenize([queryText({ question })], 'query');
    return this.scoreQueries!(await this.net.encode(texts.flat()));
  }

  async match(question: string, trace: Trace): Promise<DrawnMatch> {
    const side = async (text: string, of: 'query' | 'document') => {
      const [tokens] = this.tokenize([text], of).texts.flat();
      const vectors = await this.net.encode([tokens!]);
      return { tokens: tokens!, vectors: vectors.vectors };
    };
    const query = await side(queryText({ question }), 'query');
    const document = await side(documentText(trace, this.spec.text), 'document');
    return matchTexts(query, document, { dim: this.dim, textOf: (id) => this.tokenizer.tokenText(id) ?? `[${id}]` });
  }

  dispose(): Promise<void> {
    return this.net.dispose();
  }
}
