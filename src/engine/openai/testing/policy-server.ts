/**
 * A real HTTP server of this process with one of our policies behind it, which speaks as vLLM, SGLang, llama.cpp or a server that knows
 * OpenAI's fields alone do: the fields that they take, and the forms that tokens and log-probabilities come in.
 */
import { startScriptedServer, type Behaviour, type SeenRequest } from '../../../core/testing/scripted-server.js';
import { ServedModel } from '../../tinker/testing/served-model.js';
import { reductions } from '../../tinker/reduction.js';
import type { Policy, Sample, SampleOptions } from '../../types.js';

export type Dialect = 'vllm' | 'vllm-0.8' | 'sglang' | 'llama.cpp' | 'plain';

/** A model as a server has it: it does not know where a prompt ends. */
export interface BehindServer {
  sample(prompt: Int32Array, seed: number, options: SampleOptions): Promise<Sample>;
  /** log p of every token but the first. */
  score(tokens: Int32Array): Promise<Float32Array>;
}

/** One of our policies. */
export function policyBehind(policy: Policy): BehindServer {
  return {
    sample: async (prompt, seed, options) => {
      const { samples_NG } = await policy.sample([{ prompt, n: 1, seed }], options);
      return samples_NG[0]![0]!;
    },
    score: async (tokens) => {
      const [scores] = await policy.logprobs([{ prompt: tokens.subarray(0, 1), responses: [tokens.slice(1)] }]);
      return scores![0]!;
    },
  };
}

/** An exact model of two tokens' memory. */
export function bigramBehind(vocab: number): BehindServer {
  const model = new ServedModel(vocab, reductions.sum);
  return {
    sample: async (prompt, seed, { maxTokens, stopTokens, ...draw }) => {
      const drawn = model.sample([...prompt], seed, { ...draw, maxTokens, stop: stopTokens });
      const stopReason = drawn.stopReason === 0 ? 'stop' : 'length';
      const policyLogprobs = Float32Array.from(drawn.logprobs);
      return { tokens: Int32Array.from(drawn.tokens), policyLogprobs, stopReason };
    },
    score: async (tokens) =>
      model.pass({ tokens: tokens.subarray(0, -1), inputs: { target_tokens: tokens.subarray(1) } }, undefined),
  };
}

export interface PolicyServerOptions {
  behind: BehindServer;
  dialect?: Dialect;
  /** Longest sequence. Default 200. */
  window?: number;
  decode?: (tokens: Int32Array) => string;
  /** End tokens of the model, at which it stops unasked. */
  ends?: readonly number[];
  /** Something else than the usual answer to a request; undefined: the usual one. */
  instead?: (request: SeenRequest) => Behaviour | undefined;
}

export interface PolicyServer {
  baseUrl: string;
  /** Bodies of the calls that asked for completions, in order of arrival. */
  asked: Asked[];
  seen: SeenRequest[];
  /** Calls under way now, and the most that ever were at a time. */
  load: { now: number; most: number };
  close(): Promise<void>;
}

/** What a completion is asked with; fields that a server does not know are not looked at. */
export interface Asked {
  prompt: number[];
  max_tokens: number;
  temperature: number;
  seed: number;
  top_p?: number;
  top_k?: number;
  stop_token_ids?: number[];
  logprobs?: number;
  prompt_logprobs?: number;
  echo?: boolean;
  return_token_ids?: boolean;
  return_tokens_as_token_ids?: boolean;
  [other: string]: unknown;
}

export const SERVED = 'served-model';
/** Fields of OpenAI; more are refused by `plain`. */
const OPENAI = ['model', 'prompt', 'max_tokens', 'temperature', 'top_p', 'seed', 'logprobs', 'echo', 'stop', 'n'];

export async function startPolicyServer(options: PolicyServerOptions): Promise<PolicyServer> {
  const { window = 200, instead } = options;
  const asked: Asked[] = [];
  const load = { now: 0, most: 0 };
  const server = await startScriptedServer(async (request) => {
    const other = instead?.(request);
    if (other) return other;
    if (request.path === '/v1/models')
      return { json: { object: 'list', data: [{ id: SERVED, object: 'model', max_model_len: window }] } };
    if (request.path !== '/v1/completions') return refuse(404, 'Not Found');
    if (request.body.model !== SERVED) return refuse(404, `The model ${request.body.model} does not exist.`);
    const body = request.body as unknown as Asked;
    asked.push(body);
    load.most = Math.max(load.most, ++load.now);
    try {
      return await complete(body, { ...options, window });
    } finally {
      load.now--;
    }
  });
  return { baseUrl: server.baseUrl, asked, seen: server.seen, load, close: () => server.close() };
}

async function complete(body: Asked, options: PolicyServerOptions & { window: number }): Promise<Behaviour> {
  const { behind, dialect = 'vllm', window, decode = String, ends = [] } = options;
  const { prompt, max_tokens: maxTokens } = body;
  const unknown = Object.keys(body).find((field) => !OPENAI.includes(field));
  if (dialect === 'plain' && unknown !== undefined) return refuse(400, `Unrecognized request argument: ${unknown}`);
  if (dialect === 'llama.cpp' && body.echo) return refuse(500, 'Only no echo is supported');
  if (prompt.length + maxTokens > window) return refuse(400, `this model's maximum context length is ${window} tokens`);
  const tokens = Int32Array.from(prompt);
  const stopTokens = dialect === 'vllm' || dialect === 'vllm-0.8' || dialect === 'sglang' ? body.stop_token_ids : [];
  const stops = [...(stopTokens ?? []), ...ends];
  const sample = await behind.sample(tokens, body.seed, {
    maxTokens,
    temperature: body.temperature,
    topK: dialect === 'plain' ? 0 : Math.max(0, body.top_k ?? 0),
    topP: body.top_p ?? 1,
    stopTokens: stops,
  });
  const isScored = body.echo || (dialect.startsWith('vllm') && body.prompt_logprobs !== undefined);
  const own = isScored && tokens.length > 1 ? await behind.score(tokens) : new Float32Array(0);
  const scored = { tokens, own };
  const end = sample.stopReason === 'stop' ? sample.tokens.at(-1) : undefined;
  const isVllm = dialect === 'vllm' || dialect === 'vllm-0.8';
  const hidden = end !== undefined && ends.includes(end) && !(isVllm && body['skip_special_tokens'] === false);
  const choice = {
    index: 0,
    text: decode(hidden ? sample.tokens.subarray(0, -1) : sample.tokens),
    finish_reason: sample.stopReason,
    logprobs: body.logprobs === undefined ? null : logprobsOf(sample, dialect, body, scored),
    ...(isVllm && { stop_reason: end !== undefined && body.stop_token_ids?.includes(end) ? end : null }),
    ...(dialect === 'sglang' && { matched_stop: end ?? null }),
    ...((dialect === 'vllm' || dialect === 'sglang') && body.return_token_ids && { token_ids: [...sample.tokens] }),
    ...(isVllm && body.prompt_logprobs !== undefined && { prompt_logprobs: byId(scored) }),
  };
  const usage = { prompt_tokens: prompt.length, completion_tokens: sample.tokens.length };
  return { json: { object: 'text_completion', model: SERVED, choices: [choice], usage } };
}

interface ScoredPrompt {
  tokens: Int32Array;
  /** log p of the tokens after the first. */
  own: Float32Array;
}

/** As vLLM gives them. */
function byId({ tokens, own }: ScoredPrompt) {
  const entries = Array.from(own, (logprob, i) => ({ [tokens[i + 1]!]: { logprob, rank: 1, decoded_token: 'x' } }));
  return [null, ...entries];
}

function logprobsOf(sample: Sample, dialect: Dialect, body: Asked, scored: ScoredPrompt) {
  const drawn = Array.from(sample.policyLogprobs!);
  if (dialect === 'llama.cpp')
    return { content: drawn.map((logprob, t) => ({ id: sample.tokens[t], token: 'x', logprob, top_logprobs: [] })) };
  const ids = body.echo ? [...scored.tokens, ...sample.tokens] : [...sample.tokens];
  const named = dialect.startsWith('vllm') && body.return_tokens_as_token_ids;
  return {
    tokens: ids.map((id) => (named ? `token_id:${id}` : `t${id}`)),
    token_logprobs: body.echo ? [null, ...scored.own, ...drawn] : drawn,
  };
}

function refuse(status: number, message: string): Behaviour {
  return { status, json: { error: { message, type: 'invalid_request_error' } } };
}
