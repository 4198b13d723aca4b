/** A model in memory: parameters, rotary tables, and the programs that it runs in. */
import { decoderFeeds } from '../../models/decoder.js';
import { ropeTables } from '../../models/hf-rope.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { compile, type Feed, type Graph, type Program } from '../../tensor/index.js';
import type { Programs } from './programs.js';

export class ModelState {
  readonly config: DecoderConfig;
  /** Longest sequence, in tokens. */
  readonly maxContext: number;
  /** Parameters as feeds by the names that graphs give them. */
  readonly paramFeeds: Readonly<Record<string, { data: Float32Array; shape: number[] }>>;
  private readonly programs: Programs;
  private readonly tables: { cos: Float32Array; sin: Float32Array };
  private readonly frozen = new Map<string, Promise<Program>>();

  /** Reads `params` at every run; whoever changes them says so by `weightsChanged`. */
  constructor(
    config: DecoderConfig,
    params: ReadonlyMap<string, Float32Array>,
    { maxContext, programs }: { maxContext: number; programs: Programs },
  ) {
    this.config = config;
    this.maxContext = maxContext;
    this.programs = programs;
    this.tables = ropeTables(config, config.headDim, maxContext);
    this.paramFeeds = decoderFeeds(config, params);
  }

  /** Rotary tables for positions below `count`. */
  angleFeeds(count: number): Record<'cos' | 'sin', Feed> {
    const half = this.config.headDim / 2;
    const cut = (data: Float32Array): Feed => ({ data: data.subarray(0, count * half), shape: [count, half] });
    return { cos: cut(this.tables.cos), sin: cut(this.tables.sin) };
  }

  /** The program of a graph, shared with every policy of this shape. */
  program(key: string, build: () => Graph): Promise<Program> {
    return this.programs.get(this.config, key, build);
  }

  /**
   * The program of a graph with the present weights built in, which the runtime packs for faster products. It is kept
   * until the weights change.
   */
  frozenProgram(key: string, build: () => Graph): Promise<Program> {
    let program = this.frozen.get(key);
    if (!program) {
      const freeze = new Map(Object.entries(this.paramFeeds).map(([name, { data }]) => [name, data]));
      program = compile(build(), { threads: this.programs.threads, freeze });
      this.frozen.set(key, program);
    }
    return program;
  }

  /** To be called when weights have changed, and at the end: frees the programs that hold the old ones. */
  async weightsChanged(): Promise<void> {
    const programs = [...this.frozen.values()];
    this.frozen.clear();
    for (const program of programs) await (await program).dispose();
  }
}
