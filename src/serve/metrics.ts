/** What the server counts, for Prometheus. */
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export class ServeMetrics {
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'ra_rft_requests_total',
    help: 'Requests that were answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'ra_rft_request_seconds',
    help: 'Time from a request to its answer; of a stream, to its head.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });

  constructor(sizes: () => Iterable<readonly [name: string, size: number]>) {
    const traces = new Gauge({
      name: 'ra_rft_traces',
      help: 'Traces that a retriever searches.',
      labelNames: ['retriever'],
      registers: [],
      collect() {
        this.reset();
        for (const [retriever, size] of sizes()) this.set({ retriever }, size);
      },
    });
    const memory = new Gauge({
      name: 'ra_rft_resident_memory_bytes',
      help: 'Memory of this process.',
      registers: [],
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    this.registry.registerMetric(traces);
    this.registry.registerMetric(memory);
  }

  /** Counts what passes. Routes are named as they are declared, so that addresses that anyone makes up are one. */
  count(): MiddlewareHandler {
    return async (c, next) => {
      const start = performance.now();
      await next();
      const [method, route] = [c.req.method, routePath(c, -1)];
      this.requests.inc({ method, route, status: c.res.status });
      this.seconds.observe({ method, route }, (performance.now() - start) / 1000);
    };
  }
}
