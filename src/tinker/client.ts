/** The client of a server that speaks the Tinker API: models to train and to sample from. */
import { checkInteger, type ModelLimits } from './checks/limits.js';
import { resolveOptions, type CallOptions, type TinkerClientOptions } from './options.js';
import { SamplingClient } from './sampling-client.js';
import { Server } from './server.js';
import type { HeartbeatState } from './heartbeat.js';
import { TrainingClient } from './training-client.js';
import type { InFlight, LoraConfig, ServerCapabilities, WeightsInfo } from './types.js';
import { isObject, malformed } from './wire/malformed.js';

export interface TrainingClientRequest extends ModelLimits {
  /** As `capabilities` names it, to the letter. */
  baseModel: string;
  /** Adapters, or all weights (servers with FSDP or Megatron). */
  train: LoraConfig | 'full';
}

export interface FromStateRequest extends ModelLimits {
  /** Of `saveState`. */
  path: string;
  /** Take up the optimizer's moments too; else they begin anew. */
  optimizer: boolean;
}

export type SamplingClientRequest = ModelLimits & ({ modelPath: string } | { baseModel: string });

export class TinkerClient {
  private readonly server: Server;

  /** Nothing is sent yet. Throws `engine` at an address that a key must not be sent to, and at limits that make no sense. */
  constructor(options: TinkerClientOptions) {
    this.server = new Server(resolveOptions(options));
  }

  /** What is under way now. */
  get inFlight(): InFlight {
    return this.server.inFlight;
  }

  /** The models that the server offers. */
  capabilities(options: CallOptions = {}): Promise<ServerCapabilities> {
    return this.server.run('capabilities', options, async (signal) => {
      const body = await this.server.ask({ method: 'GET', path: '/get_server_capabilities', effect: 'none' }, signal);
      const { supported_models: models } = body;
      if (!Array.isArray(models)) throw malformed('list of capabilities', JSON.stringify(body));
      return { supportedModels: models.flatMap(supportedModel) };
    });
  }

  /** A new model. The first call of a server waits until the server has loaded its base. */
  createTrainingClient(request: TrainingClientRequest, options: CallOptions = {}): Promise<TrainingClient> {
    const what = `create model on ${request.baseModel}`;
    const lora = request.train === 'full' ? { rank: 0 } : request.train;
    checkInteger(`${what}, rank`, lora.rank, request.train === 'full' ? 0 : 1);
    if (lora.seed !== undefined) checkInteger(`${what}, seed`, lora.seed, 0, 2 ** 31 - 1);
    return this.server.run(what, options, (signal) => this.create(request, lora, signal));
  }

  /** A new model with saved weights: of the same base and rank, which the server knows. */
  createTrainingClientFromState(request: FromStateRequest, options: CallOptions = {}): Promise<TrainingClient> {
    const { path, optimizer, ...limits } = request;
    return this.server.run(`create model from ${path}`, options, async (signal) => {
      const { baseModel, isLora, loraRank = 0 } = await this.infoOf(path, signal);
      const client = await this.create({ baseModel, ...limits }, { rank: isLora ? loraRank : 0 }, signal);
      try {
        await client.loadState({ path, optimizer }, { signal });
      } catch (error) {
        await client.unload({ timeoutMs: this.server.options.timeouts.exchangeMs }).catch(() => undefined); // it would keep its place
        throw error;
      }
      return client;
    });
  }

  /** Saved weights (`saveWeightsForSampler`), or a base model as it is, to sample from. */
  createSamplingClient(request: SamplingClientRequest, options: CallOptions = {}): Promise<SamplingClient> {
    return this.server.run('create sampling session', options, async (signal) => {
      const answer = await this.server.inSession(signal, (session) => {
        const body = {
          session_id: session.id,
          sampling_session_seq_id: session.nextSampler(),
          ...('modelPath' in request ? { model_path: request.modelPath } : { base_model: request.baseModel }),
          type: 'create_sampling_session',
        };
        return this.server.ask({ path: '/create_sampling_session', body, effect: 'repeatable' }, signal);
      });
      const id = answer['sampling_session_id'];
      if (typeof id !== 'string') throw malformed('new sampling session', JSON.stringify(answer));
      return new SamplingClient({ server: this.server, id, limits: request });
    });
  }

  /** What stands behind a path of `saveState`. */
  weightsInfo(path: string, options: CallOptions = {}): Promise<WeightsInfo> {
    return this.server.run(`weights info of ${path}`, options, (signal) => this.infoOf(path, signal));
  }

  /** How the heartbeats of the session go, which is made where there is none yet; undefined before the first of them. */
  heartbeats(options: CallOptions = {}): Promise<HeartbeatState | undefined> {
    return this.server.run('heartbeats', options, async (signal) => (await this.server.session(signal)).heartbeats());
  }

  /** Ends all that is under way with `closed`, the heartbeats and the connections. Models stay until the server unloads them. */
  close(): Promise<void> {
    return this.server.close();
  }

  private async create(
    { baseModel, vocabSize, maxContextLength }: { baseModel: string } & ModelLimits,
    { rank, seed, trainUnembed = true, trainMlp = true, trainAttn = true }: LoraConfig,
    signal: AbortSignal,
  ): Promise<TrainingClient> {
    const flags = { train_unembed: trainUnembed, train_mlp: trainMlp, train_attn: trainAttn };
    const { session, submitted } = await this.server.inSession(signal, async (of) => {
      const body = {
        session_id: of.id,
        model_seq_id: of.nextModel(),
        base_model: baseModel,
        lora_config: { rank, ...(seed !== undefined && { seed }), ...flags },
        type: 'create_model',
      };
      // A second one would take a place on the server for as long as it runs.
      return {
        session: of,
        submitted: await this.server.submit({ path: '/create_model', body, effect: 'once' }, signal),
      };
    });
    const result = await this.server.resultObject(submitted, 'CreateModel', signal);
    const modelId = result['model_id'];
    if (typeof modelId !== 'string') throw malformed('new model', JSON.stringify(result));
    return new TrainingClient({
      server: this.server,
      session,
      modelId,
      baseModel,
      limits: { vocabSize, maxContextLength },
    });
  }

  private async infoOf(path: string, signal: AbortSignal): Promise<WeightsInfo> {
    const answer = await this.server.ask(
      { path: '/weights_info', body: { tinker_path: path }, effect: 'none' },
      signal,
    );
    const { base_model: baseModel, is_lora: isLora, lora_rank: loraRank } = answer;
    if (typeof baseModel !== 'string') throw malformed('description of saved weights', JSON.stringify(answer));
    return { baseModel, isLora: isLora !== false, ...(typeof loraRank === 'number' && { loraRank }) };
  }
}

function supportedModel(model: unknown): ServerCapabilities['supportedModels'] {
  if (!isObject(model) || typeof model['model_name'] !== 'string') return [];
  const { model_name: modelName, max_context_length: length } = model;
  return [{ modelName, ...(typeof length === 'number' && { maxContextLength: length }) }];
}
