/** Policies behind OpenAI-compatible servers (vLLM, SGLang, llama.cpp): sampled there and, where the server can, scored. */
import { basename } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { serverAddress } from '../../core/http/address.js';
import { Rng } from '../../core/rng.js';
import { withoutLimit } from '../../llm/budget.js';
import { LiveCalls, type LiveOptions } from '../../llm/live.js';
import { openTransport, type Transport } from '../../llm/transport.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { countParams } from '../../models/parameters.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { usedAfterDispose } from '../requests.js';
import { mustBeServed } from '../served-folder.js';
import type { Capabilities, OpenOptions, Policy, PolicyEngine, PolicyRef } from '../types.js';
import { OpenaiPolicy, type ServerFacts } from './openai-policy.js';
import { probe, type CompletionCalls } from './probe.js';
import { completionProtocol, type CompletionReply, type CompletionRequest } from './protocol.js';
import { servedWindow } from './served-model.js';

export interface OpenaiEngineOptions {
  /** Address of the server, up to and with `/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  /** Allow plain http to another machine. */
  allowHttp?: boolean;
  /** The model as the server names it. */
  model: string;
  /** Folder of the same model on this machine, of which config and tokenizer are read; the one reference that can be opened. */
  folder: string;
  /** Longest prompt plus response; default and limit: the model's and the server's own window. */
  maxContext?: number;
  /** Longest time of a call; of long responses it is longer. Default 10 minutes. */
  timeoutMs?: number;
  /** Further tries of a call. Default 6. */
  retries?: number;
  /** Calls under way at a time. Default 256. */
  concurrency?: number;
  /** Wait before the first retry, in milliseconds; doubles from there. Default 500. */
  backoffMs?: number;
}

/** Nothing is sent before the first policy is opened. Throws `engine` at an address that a key must not be sent to. */
export function openOpenaiEngine(options: OpenaiEngineOptions): PolicyEngine {
  return new OpenaiEngine(options);
}

class OpenaiEngine implements PolicyEngine {
  readonly name = 'openai';
  private readonly options: OpenaiEngineOptions;
  private readonly transport: Transport;
  private readonly calls: CompletionCalls;
  private readonly policies = new Set<OpenaiPolicy>();
  private facts: Promise<ServerFacts> | undefined;
  private disposed = false;

  constructor(options: OpenaiEngineOptions) {
    this.options = options;
    const { allowHttp = false, apiKey, timeoutMs = TIMEOUT_MS } = options;
    const baseUrl = serverAddress(options.baseUrl, { code: 'engine', allowHttp });
    this.transport = openTransport({ baseUrl, apiKey, timeoutMs });
    this.calls = this.callsWith(options.retries ?? 6);
  }

  async can(): Promise<Capabilities> {
    const { scoring, tokenIds } = (await this.learn()).can;
    return {
      training: false,
      scores: scoring !== undefined,
      drawnTokens: tokenIds,
      alternatives: false,
      shapedLogprobs: false,
    };
  }

  async open(ref: PolicyRef, { train, base }: OpenOptions = {}): Promise<Policy> {
    if (this.disposed) throw usedAfterDispose(this.name);
    const { folder } = this.options;
    if (ref.kind === 'remote') throw unknownHandle(ref.uri);
    for (const path of [ref.path, ...(base === undefined ? [] : [base])]) await mustBeServed(path, folder, SERVE_IT);
    if (train !== undefined) throw trainsNothing();
    const policy = new OpenaiPolicy(this.calls, await this.learn());
    this.policies.add(policy);
    return policy;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.all([...this.policies].map((policy) => policy.dispose()));
    await this.transport.close();
  }

  private learn(): Promise<ServerFacts> {
    if (this.disposed) return Promise.reject(usedAfterDispose(this.name));
    this.facts ??= this.readFacts();
    this.facts.catch(() => (this.facts = undefined));
    return this.facts;
  }

  private async readFacts(): Promise<ServerFacts> {
    const { folder, model, maxContext = Infinity } = this.options;
    const config = await readDecoderConfig(folder);
    const window = await servedWindow(this.transport, model);
    const can = await probe(this.calls, this.callsWith(0), config.vocab);
    const tokenizer = can.tokenIds ? undefined : await Tokenizer.load(folder);
    return {
      info: {
        name: basename(model),
        parameters: countParams(config),
        // To score a text, a server must have room for one token more.
        maxContext: Math.min(config.maxPosition, window ?? Infinity, maxContext + 1) - 1,
        vocabSize: config.vocab,
      },
      can,
      encode: (text) => (tokenizer ? tokenizer.encode(text) : new Int32Array(0)),
      endToken: tokenizer?.eosId,
    };
  }

  private callsWith(retries: number): CompletionCalls {
    const { model, concurrency = 256, backoffMs = 500, timeoutMs = TIMEOUT_MS } = this.options;
    const options: LiveOptions<CompletionRequest, CompletionReply> = {
      protocol: completionProtocol(timeoutMs),
      where: 'engine.url',
      code: 'engine',
      model,
      transport: this.transport,
      budget: withoutLimit,
      rng: Rng.fromSeed('openai-engine'), // of the waits between tries, which enter no result
      concurrency,
      retries,
      structuredOutput: false,
      backoffMs,
    };
    return new LiveCalls(options);
  }
}

const TIMEOUT_MS = 600_000;
const SERVE_IT = 'Serve that model, and name it as engine.model; or use the local engine.';

function trainsNothing(): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: 'an OpenAI-compatible server trains nothing',
    where: 'engine.kind',
    expected: 'a policy that is opened to sample and score; to train one, engine.kind: local or tinker',
  });
}

function unknownHandle(uri: string): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: `the openai engine cannot open ${uri}`,
    where: 'PolicyRef',
    expected: 'the folder of the model that its server has',
    hint: 'Open it with the engine that made it.',
  });
}
