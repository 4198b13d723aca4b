/** Compiled graphs: an ONNX Runtime session with checked feeds, fetches into given buffers, and errors that name the model's line. */
import { RaRftError } from '../core/errors.js';
import { evaluateDim, isSymbol, showShape } from './dims.js';
import { graphError, type DType, type Graph, type Tensor } from './graph.js';
import { emit, type EmitOptions, type Emitted } from './onnx/emit.js';
import { loadOnnxRuntime, type InferenceSession, type OnnxRuntime, type OnnxTensor } from './onnx-runtime.js';

/** Values in ONNX Runtime's storage: bool as Uint8Array. */
export type TypedArray = Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

export interface TensorData {
  data: TypedArray;
  shape: readonly number[];
}

/** A feed; the shape may be left out where the graph's shape has no symbols. */
export type Feed = TensorData | TypedArray;

export interface CompileOptions extends EmitOptions {
  /** Threads of the session; default: as many as ONNX Runtime thinks right. */
  threads?: number;
  /** Writes ONNX Runtime's profile to files with this prefix; `dispose` ends it. */
  profilePrefix?: string;
}

/** What to fetch: all outputs, some by name, or by name into buffers of the right shape (null: a fresh one). */
export type Fetches = readonly string[] | Readonly<Record<string, TensorData | null>>;

/**
 * Emits the graph and makes a session in this thread. `run` blocks the thread while it computes: callers that must stay
 * live put programs into a worker.
 */
export async function compile(graph: Graph, options: CompileOptions = {}): Promise<Program> {
  const emitted = emit(graph, options);
  const runtime = await loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(emitted.bytes, {
    // With memory patterns the second run of dynamic shapes slows by half and memory grows.
    enableMemPattern: false,
    enableCpuMemArena: true,
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // Threads that spin while they wait take the cores from the thread that feeds them: a third of the sampling rate.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 4, // what goes wrong is thrown
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    ...(options.profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
    ...(emitted.external.length === 0 ? {} : { externalData: emitted.external }),
  }).catch((cause: unknown) => {
    throw runtimeError(graph, emitted, 'could not be loaded', cause);
  });
  return new Program(graph, emitted, runtime, session);
}

/** A compiled graph. */
export class Program {
  readonly name: string;
  /** Inputs and parameters that every run must feed; others of the graph are dead and are ignored. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly graph: Graph;
  private readonly emitted: Emitted;
  private readonly runtime: OnnxRuntime;
  private session: InferenceSession | undefined;

  constructor(graph: Graph, emitted: Emitted, runtime: OnnxRuntime, session: InferenceSession) {
    this.name = graph.name;
    this.graph = graph;
    this.emitted = emitted;
    this.runtime = runtime;
    this.session = session;
    this.inputNames = emitted.inputs.map((t) => t.node.name as string);
    this.outputNames = [...graph.outputs.keys()];
  }

  /**
   * Runs the graph. Feeds must have the graph's types and shapes, symbols the same value everywhere; throws `graph`
   * naming the input if not. A buffer fetched into may be one that is fed only where the output is computed from it by
   * an addition (`g + dW`).
   */
  async run(feeds: Readonly<Record<string, Feed>>, fetches?: Fetches): Promise<Record<string, TensorData>> {
    const session = this.session;
    if (!session) throw new RaRftError({ code: 'engine', message: `program '${this.name}' was used after dispose` });
    const symbols = new Map<string, number>();
    const values: Record<string, OnnxTensor> = {};
    for (const t of this.emitted.inputs) {
      const name = t.node.name as string;
      values[name] = this.tensor(name, t, feeds[name], symbols);
    }
    const wanted = this.checkFetches(fetches, symbols);
    const results = await (wanted ? session.run(values, wanted) : session.run(values)).catch((cause: unknown) => {
      throw runtimeError(this.graph, this.emitted, 'failed', cause);
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, t]) => {
        return [name, { data: t.data as TypedArray, shape: t.dims }];
      }),
    );
  }

  /** Frees the session. May be called twice. */
  async dispose(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    await session?.release();
  }

  private checkFetches(
    fetches: Fetches | undefined,
    symbols: ReadonlyMap<string, number>,
  ): InferenceSession.FetchesType | undefined {
    if (!fetches) return undefined;
    const names = Array.isArray(fetches) ? (fetches as readonly string[]) : Object.keys(fetches);
    for (const name of names) {
      if (!this.graph.outputs.has(name)) {
        throw graphError('run', `program '${this.name}' has no output '${name}'`, {
          expected: this.outputNames.join(', '),
        });
      }
    }
    if (Array.isArray(fetches)) return fetches as readonly string[];
    return Object.fromEntries(
      Object.entries(fetches as Record<string, TensorData | null>).map(([name, buffer]) => [
        name,
        buffer && this.tensor(name, this.graph.outputs.get(name) as Tensor, buffer, new Map(symbols)),
      ]),
    );
  }

  /** ORT's tensor of a feed that has been checked. */
  private tensor(name: string, t: Tensor, feed: Feed | undefined, symbols: Map<string, number>): OnnxTensor {
    const { data, shape } = checkFeed(this.name, name, t, feed, symbols);
    return new this.runtime.Tensor(t.dtype, data as never, shape);
  }
}

const ARRAY_OF: Record<DType, new (n: number) => TypedArray> = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** A feed after checking its type, its size and its shape; binds the symbols of the shape. */
function checkFeed(
  program: string,
  name: string,
  t: Tensor,
  feed: Feed | undefined,
  symbols: Map<string, number>,
): TensorData {
  const wrong = (message: string): never => {
    throw graphError('run', `program '${program}': '${name}' ${message}`, { tensors: [t], site: t.node.site });
  };
  if (!feed) return wrong('was not fed');
  const data = ArrayBuffer.isView(feed) ? feed : feed.data;
  if (!(data instanceof ARRAY_OF[t.dtype]))
    return wrong(`takes a ${ARRAY_OF[t.dtype].name}, got ${data?.constructor?.name}`);
  const shape = ArrayBuffer.isView(feed) ? (t.shape as readonly number[]) : feed.shape;
  if (shape.some((d) => typeof d !== 'number')) return wrong('needs its shape beside its data');
  if (shape.length !== t.rank) return wrong(`was given the shape ${showShape(shape)}`);
  for (const [i, dim] of t.shape.entries())
    if (isSymbol(dim) && !symbols.has(dim)) symbols.set(dim, shape[i] as number);
  for (const [i, dim] of t.shape.entries()) {
    const size = evaluateDim(dim, symbols);
    if (size !== undefined && size !== shape[i]) {
      return wrong(
        `was given the shape ${showShape(shape)}: axis ${i} should be ${dim}${dim === size ? '' : ` = ${size}`}`,
      );
    }
  }
  const total = shape.reduce((a, b) => a * b, 1);
  if (data.length !== total) return wrong(`has ${data.length} values for the shape ${showShape(shape)}`);
  return { data, shape };
}

/** ONNX Runtime's error with the model's line, found through the node it names. */
function runtimeError(graph: Graph, emitted: Emitted, what: string, cause: unknown): RaRftError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const name = text.match(/[A-Za-z]+_\d+/g)?.find((word) => emitted.nodes.has(word));
  const node = name === undefined ? undefined : emitted.nodes.get(name);
  const operands = node ? ` (${node.op} of ${node.inputs.map((t) => String(t ?? 'none')).join(', ')})` : '';
  return new RaRftError({
    code: 'graph',
    message: `program '${graph.name}' ${what}${operands}: ${text}`,
    where: node?.site.line(),
    cause,
  });
}
