/** A model in memory: parameters, their gradients, rotary tables, and the programs compiled so far. */
import { availableParallelism } from 'node:os';
import { decoderFeeds } from '../../models/decoder.js';
import { ropeTables } from '../../models/hf-rope.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { paramSpecs, sizeOf, type Params } from '../../models/parameters.js';
import { compile, type Feed, type Graph, type Program } from '../../tensor/index.js';
import { makeTrainables, type Trainable } from '../trainables.js';

export class ModelState {
  readonly config: DecoderConfig;
  /** Longest sequence, in tokens. */
  readonly maxContext: number;
  readonly params: Params;
  /** Parameters as feeds by the names that graphs give them. */
  paramFeeds: Readonly<Record<string, { data: Float32Array; shape: number[] }>>;
  private readonly threads: number;
  private readonly tables: { cos: Float32Array; sin: Float32Array };
  private readonly programs = new Map<string, Promise<Program>>();
  private readonly frozen = new Map<string, Promise<Program>>();

  constructor(config: DecoderConfig, params: Params, options: { maxContext: number; threads?: number }) {
    this.config = config;
    this.params = params;
    this.maxContext = options.maxContext;
    this.threads = options.threads ?? availableParallelism();
    this.tables = ropeTables(config, config.headDim, options.maxContext);
    this.paramFeeds = decoderFeeds(config, params);
  }

  /** Moves the parameters to where the optimizer reaches them, beside their gradients and moments. */
  prepareTraining(): Trainable[] {
    const specs = paramSpecs(this.config);
    const trainables = makeTrainables(specs.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })));
    for (const { name, value } of trainables) {
      value.set(this.params.get(name)!);
      this.params.set(name, value);
    }
    this.paramFeeds = decoderFeeds(this.config, this.params);
    return trainables;
  }

  /** Rotary tables for positions below `count`. */
  angleFeeds(count: number): Record<'cos' | 'sin', Feed> {
    const half = this.config.headDim / 2;
    const cut = (data: Float32Array): Feed => ({ data: data.subarray(0, count * half), shape: [count, half] });
    return { cos: cut(this.tables.cos), sin: cut(this.tables.sin) };
  }

  /** The program of a graph, compiled at first use. */
  program(key: string, build: () => Graph): Promise<Program> {
    let program = this.programs.get(key);
    if (!program) {
      program = compile(build(), { threads: this.threads });
      this.programs.set(key, program);
    }
    return program;
  }

  /**
   * The program of a graph with the present weights built in, which the runtime packs for faster products. It is kept
   * until the weights change.
   */
  frozenProgram(key: string, build: () => Graph): Promise<Program> {
    let program = this.frozen.get(key);
    if (!program) {
      const freeze = new Map(Object.entries(this.paramFeeds).map(([name, { data }]) => [name, data]));
      program = compile(build(), { threads: this.threads, freeze });
      this.frozen.set(key, program);
    }
    return program;
  }

  /** To be called when weights have changed: frees the programs that hold the old ones. */
  async weightsChanged(): Promise<void> {
    const programs = [...this.frozen.values()];
    this.frozen.clear();
    for (const program of programs) await (await program).dispose();
  }

  async dispose(): Promise<void> {
    await this.weightsChanged();
    const programs = await Promise.all(this.programs.values());
    this.programs.clear();
    for (const program of programs) await program.dispose();
  }
}
