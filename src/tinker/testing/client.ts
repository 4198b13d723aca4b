/** A client of a fake server, with times short enough for tests. */
import { onTestFinished } from 'vitest';
import { TinkerClient, type TrainingClient } from '../index.js';
import type { TinkerClientOptions } from '../options.js';
import type { Datum } from '../types.js';
import { startFakeServer, type FakeOptions, type FakeServer } from './fake-server.js';

export const quick = { exchangeMs: 1500, pollMs: 1000, outageMs: 2500, billingMs: 300, backoffMs: 5, callMs: 60_000 };

export async function testClient(
  fake: FakeOptions = {},
  options: Partial<TinkerClientOptions> = {},
): Promise<{ server: FakeServer; client: TinkerClient }> {
  const server = await startFakeServer(fake);
  onTestFinished(() => server.close());
  const client = new TinkerClient({
    baseUrl: server.origin,
    heartbeats: 'timer',
    ...options,
    timeouts: { ...quick, ...options.timeouts },
  });
  onTestFinished(() => client.close());
  return { server, client };
}

export async function testTraining(
  fake: FakeOptions = {},
  options: Partial<TinkerClientOptions> = {},
): Promise<{ server: FakeServer; client: TinkerClient; model: TrainingClient }> {
  const { server, client } = await testClient(fake, options);
  const model = await client.createTrainingClient({
    baseModel: 'tiny',
    train: { rank: 8 },
    vocabSize: 100,
    maxContextLength: 64,
  });
  return { server, client, model };
}

/** A datum of so many tokens. */
export function datum(length = 3, more: Partial<Datum['lossFnInputs']> = {}): Datum {
  const tokens = Int32Array.from({ length }, (_, i) => i + 1);
  return { tokens, lossFnInputs: { targetTokens: tokens.map((token) => token + 1), ...more } };
}

export const adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, gradClipNorm: 0 };

/** The error of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`it gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
