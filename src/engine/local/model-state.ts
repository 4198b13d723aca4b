/** A model in memory: parameters, their gradients, rotary tables, and the programs compiled so far. */
import { ropeTables } from '../../models/hf-rope.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { paramSpecs, type Params } from '../../models/parameters.js';
import { compile, type Feed, type Graph, type Program } from '../../tensor/index.js';
import type { Trainable } from '../adamw.js';

export class ModelState {
  readonly config: DecoderConfig;
  /** Longest sequence, in tokens. */
  readonly maxContext: number;
  readonly params: Params;
  /** Parameters as feeds by name. */
  readonly paramFeeds: Readonly<Record<string, Feed>>;
  private readonly threads: number | undefined;
  private readonly tables: { cos: Float32Array; sin: Float32Array };
  private readonly programs = new Map<string, Promise<Program>>();

  constructor(config: DecoderConfig, params: Params, options: { maxContext: number; threads?: number }) {
    this.config = config;
    this.params = params;
    this.maxContext = options.maxContext;
    this.threads = options.threads;
    this.tables = ropeTables(config, config.headDim, options.maxContext);
    this.paramFeeds = Object.fromEntries(
      paramSpecs(config).map(({ name, shape }) => [name, { data: params.get(name)!, shape }]),
    );
  }

  /** Parameters with fresh gradients, for training. */
  makeTrainables(): Trainable[] {
    return paramSpecs(this.config).map(({ name, decay }) => {
      const value = this.params.get(name)!;
      return { name, value, grad: new Float32Array(value.length), decay };
    });
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
