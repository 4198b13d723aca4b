/**
 * Compiled graphs, shared by all policies of one decoder shape: weights are fed, so a program belongs to none of them. A session keeps
 * the memory of its largest run for the next ones; when no policy is open it is given back.
 */
import { closeAll } from '../../core/closing.js';
import { hashJson } from '../../core/hash.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { compile, type Graph, type Program } from '../../tensor/index.js';

export class Programs {
  /** Of each session. */
  readonly threads: number;
  private readonly compiled = new Map<string, Promise<Program>>();
  private holders = 0;

  constructor(threads: number) {
    this.threads = threads;
  }

  /** The program of a graph over decoders of this shape, compiled at first use. `key` names the graph among them. */
  get(config: DecoderConfig, key: string, build: () => Graph): Promise<Program> {
    const full = `${shapeKey(config)} ${key}`;
    let program = this.compiled.get(full);
    if (!program) {
      program = compile(build(), { threads: this.threads });
      this.compiled.set(full, program);
    }
    return program;
  }

  /** Keeps the programs until what is returned is called, the last of several holders frees them. */
  hold(): () => Promise<void> {
    this.holders++;
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      if (--this.holders === 0) await this.dispose();
    };
  }

  async dispose(): Promise<void> {
    const programs = [...this.compiled.values()];
    this.compiled.clear();
    await closeAll(programs);
  }
}

/** All of a config that graphs are built from: not its special tokens, its number format or its angles, which are fed. */
function shapeKey(config: DecoderConfig): string {
  const {
    bosId: _bos,
    eosIds: _eos,
    padId: _pad,
    dtype: _dtype,
    maxPosition: _max,
    ropeTheta: _theta,
    ropeScaling: _scaling,
    ...shape
  } = config;
  return hashJson(shape);
}
