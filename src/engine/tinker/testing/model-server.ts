/**
 * A Tinker server of this process with a model that learns, for the contract of engines: SkyRL's answers and traps. Samplers of a model
 * share its place with the training: an older one overwrites it, one of before a step samples from after it.
 */
import { startScriptedServer, type Behaviour, type SeenRequest } from '../../../core/testing/scripted-server.js';
import { forwardReply, sampleReply, type Script } from '../../../tinker/testing/fake-server.js';
import { fromInt32, fromTyped } from '../../../tinker/wire/bytes.js';
import { ForwardBackwardRequestProto } from '../../../tinker/wire/schema.js';
import { reductions } from '../reduction.js';
import { ServedModel, type ServedDatum, type Snapshot } from './served-model.js';

export interface ModelServer {
  origin: string;
  /** Datums of each pass with a gradient, in order. */
  passes: ServedDatum[][];
  /** Models that were made and not unloaded. */
  models: ReadonlyMap<string, unknown>;
  seen: SeenRequest[];
  /** Forgets sessions, models and results, as a server does that starts anew; checkpoints stay. */
  restart(): void;
  /** The weights behind a checkpoint. */
  saved(uri: string): Snapshot | undefined;
  close(): Promise<void>;
}

interface Loaded {
  model: ServedModel;
  loadedSampler: string | undefined;
}

interface Sampler {
  modelId: string | undefined;
  snapshot: Snapshot | undefined;
}

interface PassMessage {
  modelId: string;
  forwardOnly: boolean;
  lossFn: string;
  data: {
    modelInput: { encodedText: { tokens: Uint8Array } }[];
    lossFnInputs: Record<string, { dense: Uint8Array; dtype: number }>;
  }[];
}

export interface ModelServerOptions {
  vocab: number;
  reduction?: keyof typeof reductions;
  /** The name of the gradient's norm among the metrics; undefined: the server does not tell it. */
  gradNorm?: string | undefined;
  /** Answers a request itself, before or after the server's work. */
  script?: Script;
}

export async function startModelServer({
  vocab,
  reduction = 'mean',
  script,
  ...options
}: ModelServerOptions): Promise<ModelServer> {
  const gradNorm = 'gradNorm' in options ? options.gradNorm : 'skyrl.ai/grad_norm';
  const sessions = new Set<unknown>();
  const models = new Map<string, Loaded>();
  const samplers = new Map<string, Sampler>();
  const states = new Map<string, Snapshot>();
  const results = new Map<string, Behaviour>();
  const passes: ServedDatum[][] = [];
  let count = 0;
  const fresh = () => new ServedModel(vocab, reductions[reduction]);
  const base = fresh();
  const future = (result: Behaviour): Behaviour => {
    const id = String(++count);
    results.set(id, result);
    return { json: { request_id: id } };
  };
  const failed = (detail: string): Behaviour => future({ status: 400, json: { detail } });
  const withModel = (id: unknown, use: (loaded: Loaded, id: string) => Behaviour): Behaviour => {
    const loaded = models.get(id as string);
    return loaded ? use(loaded, id as string) : { status: 404, json: { detail: 'Model not found' } };
  };
  const inSession = (id: unknown, work: () => Behaviour): Behaviour =>
    sessions.has(id) ? work() : { status: 404, json: { detail: 'Session not found' } };
  /** The model that a sampler samples from, with what its place holds by then. */
  const sampled = ({ modelId, snapshot }: Sampler, id: string): ServedModel | undefined => {
    if (modelId === undefined || !snapshot) return base;
    const loaded = models.get(modelId);
    if (loaded && loaded.loadedSampler !== id) {
      loaded.model.restore(snapshot, false);
      loaded.loadedSampler = id;
    }
    return loaded?.model;
  };
  const answers: Record<string, (body: Record<string, unknown>, request: SeenRequest) => Behaviour> = {
    '/get_server_capabilities': () => ({ json: { supported_models: [{ model_name: '/models/tiny/bigram' }] } }),
    '/client/config': () => ({ json: { pjwt_auth_enabled: false } }),
    '/create_session': () => {
      const id = `session_${++count}`;
      sessions.add(id);
      return { json: { session_id: id } };
    },
    '/session_heartbeat': ({ session_id }) => inSession(session_id, () => ({ json: {} })),
    '/create_model': ({ session_id }) =>
      inSession(session_id, () => {
        const id = `model_${++count}`;
        models.set(id, { model: fresh(), loadedSampler: undefined });
        return future({ json: { model_id: id } });
      }),
    '/unload_model': ({ model_id }) => withModel(model_id, (_, id) => (models.delete(id), future({ json: {} }))),
    '/forward_backward': (_body, { bytes }) => {
      const message = ForwardBackwardRequestProto.toObject(ForwardBackwardRequestProto.decode(bytes), {
        defaults: true,
      }) as PassMessage;
      const data = message.data.map(({ modelInput, lossFnInputs }) => ({
        tokens: fromInt32(modelInput[0]!.encodedText.tokens, 'tokens'),
        inputs: Object.fromEntries(
          Object.entries(lossFnInputs).map(([name, { dense, dtype }]) => [name, fromTyped(dense, dtype, name)]),
        ),
      }));
      if (!message.forwardOnly) passes.push(data);
      return withModel(message.modelId, ({ model }) => {
        const logprobs = data.map((datum) => model.pass(datum, message.forwardOnly ? undefined : message.lossFn));
        return future(forwardReply(logprobs.map((one) => [...one])));
      });
    },
    '/optim_step': ({ model_id, adam_params }) =>
      withModel(model_id, ({ model }) => {
        const norm = model.step(adam_params as Record<string, number>);
        // NaN leaves servers as null.
        return future({ json: { metrics: gradNorm === undefined ? {} : { [gradNorm]: norm } } });
      }),
    '/save_weights': ({ model_id, path }) =>
      withModel(model_id, ({ model }, id) => {
        const uri = `tinker://${id}/weights/${path as string}`;
        states.set(uri, model.snapshot());
        return future({ json: { path: uri } });
      }),
    '/load_weights': ({ model_id, path, optimizer }) =>
      withModel(model_id, ({ model }) => {
        const state = states.get(path as string);
        if (!state) return failed('Checkpoint not found');
        model.restore(state, optimizer === true);
        return future({ json: { type: 'load_weights' } });
      }),
    '/weights_info': ({ tinker_path }) =>
      states.has(tinker_path as string)
        ? { json: { base_model: '/models/tiny/bigram', is_lora: true, lora_rank: 8 } }
        : { status: 404, json: { detail: 'Checkpoint not found' } },
    '/save_weights_for_sampler': ({ model_id }) =>
      withModel(model_id, (loaded, modelId) => {
        const id = `sampling_${++count}`;
        samplers.set(id, { modelId, snapshot: loaded.model.snapshot() });
        return future({ json: { path: null, sampling_session_id: id } });
      }),
    '/create_sampling_session': ({ session_id }) =>
      inSession(session_id, () => {
        const id = `sampling_${++count}`;
        samplers.set(id, { modelId: undefined, snapshot: undefined });
        return { json: { sampling_session_id: id } };
      }),
    '/asample': ({ sampling_session_id, num_samples, prompt, sampling_params, prompt_logprobs }) => {
      const id = sampling_session_id as string;
      const sampler = samplers.get(id);
      const model = sampler && sampled(sampler, id);
      if (!model) return { status: 404, json: { detail: 'Sampler not found' } };
      const { tokens } = (prompt as { chunks: { tokens: number[] }[] }).chunks[0]!;
      const {
        max_tokens,
        temperature,
        top_p,
        top_k,
        seed,
        stop = [],
      } = sampling_params as Record<string, number> & {
        stop?: number[];
      };
      const params = {
        maxTokens: max_tokens!,
        temperature: temperature!,
        topP: top_p!,
        topK: Math.max(0, top_k!),
        stop,
      };
      const sequences = Array.from({ length: num_samples as number }, (_, g) =>
        model.sample(tokens, seed! + g, params),
      );
      const whole = Int32Array.from(tokens);
      const inputs = { target_tokens: whole.subarray(1) };
      const ofPrompt = prompt_logprobs === true && model.pass({ tokens: whole.subarray(0, -1), inputs }, undefined);
      return future(sampleReply(sequences, ofPrompt ? [...ofPrompt] : undefined));
    },
    '/retrieve_future': ({ request_id }) =>
      results.get(request_id as string) ?? { status: 404, json: { detail: 'Future not found' } },
  };
  const server = await startScriptedServer(async (request) => {
    const answer = answers[request.path.slice('/api/v1'.length)];
    const work = () => answer?.(request.body, request) ?? { status: 404, json: { detail: 'Not Found' } };
    return (await script?.(request, work)) ?? work();
  });
  const restart = () => {
    for (const memory of [sessions, models, samplers, results]) memory.clear();
  };
  const { origin, seen } = server;
  const saved = (uri: string) => states.get(uri);
  return { origin, seen, passes, models, restart, saved, close: () => server.close() };
}
