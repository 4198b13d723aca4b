import { describe, expect, it } from 'vitest';
import { Caller, serve } from './rpc.js';

/** One end of a line; what is posted comes out at the other. */
class End extends EventTarget {
  other: EventTarget | undefined;

  postMessage(data: unknown): void {
    setTimeout(() => this.other?.dispatchEvent(new MessageEvent('message', { data })));
  }
}

/** A line between a page and its worker. */
function line() {
  const [page, worker] = [new End(), new End()];
  [page.other, worker.other] = [worker, page];
  return { page, worker };
}

const methods = (tell: (value: unknown) => void) => ({
  async add(a: number, b: number): Promise<number> {
    tell(a);
    await new Promise((resolve) => setTimeout(resolve, 10 - a));
    return a + b;
  },
  fail(): number {
    throw new RangeError('out of words');
  },
});

describe('calls to a worker', () => {
  it('come back with what was told on the way, one after the other', async () => {
    const { page, worker } = line();
    serve(worker, methods);
    const caller = new Caller<ReturnType<typeof methods>>(page);
    const order: string[] = [];
    const call = async (a: number) => {
      const sum = await caller.call('add', [a, 1], (told: number) => order.push(`told ${told}`));
      order.push(`sum ${sum}`);
    };
    await Promise.all([call(1), call(9)]);
    expect(order).toEqual(['told 1', 'sum 2', 'told 9', 'sum 10']);
  });

  it('fail with the reason, of the method or of the worker', async () => {
    const { page, worker } = line();
    serve(worker, methods);
    const caller = new Caller<ReturnType<typeof methods>>(page);
    await expect(caller.call('fail', [])).rejects.toThrow('out of words');
    expect(await caller.call('add', [2, 2])).toBe(4);
    const waiting = caller.call('add', [3, 3]);
    page.dispatchEvent(Object.assign(new Event('error'), { message: 'no module workers' }));
    await expect(waiting).rejects.toThrow('no module workers');
  });
});
