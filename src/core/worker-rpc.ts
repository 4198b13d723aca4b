/**
 * Calls into a worker thread. Native tensor sessions block the thread they run in, so engines and encoders live in
 * a worker and the main thread stays live for progress, heartbeats and HTTP. Calls are answered one at a time, in order.
 */
import { parentPort, Worker, type ResourceLimits } from 'node:worker_threads';
import { endsWithin } from './deadline.js';
import { errorFacts, RaRftError, type ErrorFacts } from './errors.js';
import { workerEntry } from './worker-entry.js';

/** What a served method may call while it works, to tell the caller how far it is. */
export type Report = (done: number, total: number) => void;

/** Methods a worker serves: plain arguments in, a structured-cloneable result out. */
export type Methods = Record<string, (args: never, report: Report) => unknown>;

type Request = { id: number; method: string; args: unknown };
type Reply = { id: number } & (
  | { result: unknown }
  | { progress: [number, number] }
  | { error: ErrorFacts; stack?: string }
);

/** Called once inside the worker's module: answers calls with `methods`, strictly in the order they came. */
export function serveMethods(methods: Methods): void {
  const port = parentPort;
  if (!port) throw new Error('serveMethods must be called in a worker thread');
  let queue: Promise<void> = Promise.resolve();
  port.on('message', ({ id, method, args }: Request) => {
    queue = queue.then(async () => {
      try {
        const run = methods[method];
        if (!run) throw new RaRftError({ code: 'internal', message: `worker has no method ${method}` });
        const report: Report = (done, total) => port.postMessage({ id, progress: [done, total] } satisfies Reply);
        const result = await run(args as never, report);
        port.postMessage({ id, result } satisfies Reply, transferables(result));
      } catch (error) {
        const { cause: _cause, ...facts } = errorFacts(error);
        port.postMessage({ id, error: facts, stack: error instanceof Error ? error.stack : undefined } satisfies Reply);
      }
    });
  });
}

/** What calls under way may take when the worker is closed. */
const LAST_CALL_MS = 10_000;
/** What a thread may take to stop. */
const TERMINATE_MS = 5000;

export interface WorkerOptions {
  /** A worker that exceeds them dies. */
  resourceLimits?: ResourceLimits | undefined;
  /** Ends the worker at once, also while it computes: calls fail with its reason. */
  signal?: AbortSignal | undefined;
}

/** The caller's side of a worker. A worker that dies rejects every call in flight and all later ones with `engine`. */
export class WorkerClient<M extends Methods> {
  private readonly worker: Worker;
  private readonly pending = new Map<
    number,
    { resolve: (v: unknown) => void; reject: (e: unknown) => void; report?: Report }
  >();
  private nextId = 0;
  private readonly signal: AbortSignal | undefined;
  private failure: { reason: unknown } | undefined;

  /**
   * `url`: the worker's module, written `new URL('./x-worker.js', import.meta.url)` (a `.ts` source is found too). Throws the reason of
   * a signal that is aborted already.
   */
  constructor(url: URL, name: string, { resourceLimits, signal }: WorkerOptions = {}) {
    signal?.throwIfAborted();
    this.signal = signal;
    signal?.addEventListener('abort', this.abort);
    const execArgv = ownFlags(process.execArgv);
    const flags = execArgv.length === process.execArgv.length ? {} : { execArgv };
    this.worker = new Worker(workerEntry(url), { name, ...flags, ...(resourceLimits && { resourceLimits }) });
    this.worker.on('message', (reply: Reply) => this.receive(reply));
    this.worker.on('error', (cause) =>
      this.fail(new RaRftError({ code: 'engine', message: `worker ${name} failed: ${String(cause)}`, cause })),
    );
    this.worker.on('exit', (code) =>
      this.fail(new RaRftError({ code: 'engine', message: `worker ${name} has ended (code ${code})` })),
    );
    this.worker.unref();
  }

  call<K extends keyof M & string>(
    method: K,
    args: Parameters<M[K]>[0],
    report?: Report,
  ): Promise<Awaited<ReturnType<M[K]>>> {
    if (this.failure) return Promise.reject(this.failure.reason);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (v: unknown) => void, reject, report });
      this.worker.ref();
      try {
        this.worker.postMessage({ id, method, args } satisfies Request);
      } catch (error) {
        this.settle(id);
        reject(error);
      }
    });
  }

  /** Lets the worker free what it holds by a last call of `method`, and ends it. Waits for calls under way, not for ever. */
  async close<K extends keyof M & string>(method: K, args: Parameters<M[K]>[0]): Promise<void> {
    await endsWithin(LAST_CALL_MS, this.call(method, args)); // a worker that has died has nothing to free
    await this.terminate();
  }

  /**
   * Ends the worker; calls under way and later ones fail. A thread that is deep in native code ends when it comes out of it,
   * which is not waited for beyond some seconds.
   */
  async terminate(): Promise<void> {
    this.signal?.removeEventListener('abort', this.abort);
    this.fail(new RaRftError({ code: 'engine', message: 'used after dispose' }));
    this.worker.unref();
    await endsWithin(TERMINATE_MS, this.worker.terminate());
  }

  private readonly abort = (): void => {
    this.fail(this.signal?.reason);
    void this.terminate();
  };

  private receive(reply: Reply): void {
    const call = this.pending.get(reply.id);
    if (!call) return;
    if ('progress' in reply) {
      call.report?.(...reply.progress);
      return;
    }
    this.settle(reply.id);
    if ('error' in reply) {
      const error = new RaRftError(reply.error);
      if (reply.stack) error.stack = reply.stack;
      call.reject(error);
    } else call.resolve(reply.result);
  }

  /** The process may end while no call is in flight. */
  private settle(id: number): void {
    this.pending.delete(id);
    if (this.pending.size === 0) this.worker.unref();
  }

  private fail(reason: unknown): void {
    this.failure ??= { reason };
    for (const call of this.pending.values()) call.reject(this.failure.reason);
    this.pending.clear();
  }
}

/** Flags of Node without those that say what the main thread runs: `node --input-type=module -e CODE` means its own code, not a worker's. */
function ownFlags(flags: readonly string[]): string[] {
  const isCode = (flag: string | undefined) =>
    flag === '-e' || flag === '--eval' || flag === '-p' || flag === '--print';
  return flags.filter((flag, i) => !flag.startsWith('--input-type') && !isCode(flag) && !isCode(flags[i - 1]));
}

/** Typed-array buffers of a result, moved instead of copied where the array owns its whole buffer. */
function transferables(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (v: unknown, depth: number): void => {
    if (ArrayBuffer.isView(v)) {
      if (v.buffer instanceof ArrayBuffer && v.byteLength === v.buffer.byteLength) found.add(v.buffer);
    } else if (Array.isArray(v)) for (const x of v) visit(x, depth + 1);
    else if (v && typeof v === 'object' && depth < 6) for (const x of Object.values(v)) visit(x, depth + 1);
  };
  visit(value, 0);
  return [...found];
}
