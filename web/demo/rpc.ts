/** Calls from the page to its worker: a request with a number, and under that number what is told on the way and the result. */

/** What a worker can be asked, by name. */
export type Methods = Record<string, (...args: never[]) => unknown>;

interface Request {
  call: number;
  method: string;
  args: unknown[];
}

type Reply = { call: number } & ({ told: unknown } | { result: unknown } | { error: string });

/** What both sides need of a worker. */
interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'error', listener: (event: Event) => void): void;
}

interface Waiting {
  told: (value: unknown) => void;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** The page's side. A worker that fails as such rejects all that is waited for. */
export class Caller<M extends Methods> {
  private readonly port: Port;
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;

  constructor(port: Port) {
    this.port = port;
    port.addEventListener('message', (event) => this.hear((event as MessageEvent).data as Reply));
    port.addEventListener('error', (event) => {
      const error = new Error((event as { message?: string }).message || 'its worker could not be started');
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    });
  }

  /** `told` hears what the method tells before its result. */
  call<K extends keyof M & string>(
    method: K,
    args: Parameters<M[K]>,
    told: (value: never) => void = () => {},
  ): Promise<Awaited<ReturnType<M[K]>>> {
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { told: told as Waiting['told'], resolve: resolve as Waiting['resolve'], reject });
      this.port.postMessage({ call, method, args } satisfies Request);
    });
  }

  private hear(reply: Reply): void {
    const waiting = this.waiting.get(reply.call);
    if (!waiting) return;
    if ('told' in reply) return waiting.told(reply.told);
    this.waiting.delete(reply.call);
    if ('error' in reply) waiting.reject(new Error(reply.error));
    else waiting.resolve(reply.result);
  }
}

/** The worker's side: one call after the other, since each has the whole thread. */
export function serve(scope: Port, methodsFor: (tell: (value: unknown) => void) => Methods): void {
  let last: Promise<unknown> = Promise.resolve();
  const answer = async ({ call, method, args }: Request) => {
    try {
      const methods = methodsFor((told) => scope.postMessage({ call, told } satisfies Reply));
      const result = await methods[method]!(...(args as never[]));
      scope.postMessage({ call, result } satisfies Reply);
    } catch (error) {
      scope.postMessage({ call, error: error instanceof Error ? error.message : String(error) } satisfies Reply);
    }
  };
  scope.addEventListener('message', (event) => {
    last = last.then(() => answer((event as MessageEvent).data as Request));
  });
}
