/** A model in memory: parameters, their gradients, rotary tables, and the programs compiled so far. */
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
  paramFeeds: Readonly<Record<string, Feed>>;
  private readonly threads: number | undefined;
  private readonly tables: { cos: Float32Array; sin: Float32Array };
  private readonly programs = new Map<string, Promise<Program>>();

  constructor(config: DecoderConfig, params: Params, options: { maxContext: number; threads?: number }) {
    this.config = config;
    this.params = params;
    this.maxContext = options.maxContext;
    this.threads = options.threads;
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
      program = compile(build(), this.threads === undefined ? {} : { threads: this.threads });
      this.programs.set(key, program);
    }
    return program;
  }

  async dispose(): Promise<void> {
    const programs = await Promise.all(this.programs.values());
    this.programs.clear();
    for (const program of programs) await program.dispose();
  }
}
