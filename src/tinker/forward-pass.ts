/** A forward pass, with its gradient or without, in as many requests as it takes. */
import { checkedOutputs } from './checks/check-results.js';
import { checkForward } from './checks/check-training.js';
import { chunksOf, datumBytes, mergeResults } from './chunks.js';
import { TinkerError } from './errors.js';
import { said } from './gradient.js';
import type { Model } from './model.js';
import type { CallOptions } from './options.js';
import { isUntaken } from './sequence.js';
import type { Submitted } from './server.js';
import type { Datum, ForwardBackwardRequest, ForwardBackwardResult } from './types.js';
import { compressed } from './wire/compress.js';
import { wireOf } from './wire/reply.js';

export interface PassOptions {
  request: ForwardBackwardRequest;
  forwardOnly: boolean;
  /** Kept up to date. */
  progress?: PassProgress;
  /** Called at once where a request is not taken, before the next call has its turn. */
  onUntaken?: (error: unknown) => void;
}

export interface PassProgress {
  /** Requests that it takes. */
  count: number;
  /** Requests that the server has taken. */
  taken: number;
  /** One has been sent, and not been refused before any was taken: the pass may be made, whatever becomes of the call. */
  isSent: boolean;
}

export function noProgress(): PassProgress {
  return { count: 0, taken: 0, isSent: false };
}

export async function forwardPass(
  model: Model,
  { request, forwardOnly, progress = noProgress(), onUntaken }: PassOptions,
  options: CallOptions,
): Promise<ForwardBackwardResult> {
  const { server, sequence, modelId, limits } = model;
  const what = `${forwardOnly ? 'forward' : 'forward_backward'} of ${modelId}`;
  checkForward(what, request, limits);
  return server.run(what, options, async (signal) => {
    const submitted = await sequence.inTurn(
      async () => {
        const config = await server.config();
        const chunks = chunksOf(request.data, { ...server.options.limits, ...config });
        progress.count = chunks.length;
        return { config, chunks, count: chunks.length };
      },
      signal,
      async (firstId, { config, chunks }) => {
        const taken: { chunk: Datum[]; submitted: Submitted }[] = [];
        progress.isSent = true;
        for (const i of sendingOrder(chunks.length, config.firstChunkLast)) {
          const chunk = chunks[i]!;
          try {
            const call = { ...request, data: chunk };
            taken[i] = { chunk, submitted: await submitPart(model, call, firstId + i, { forwardOnly, ...config }) };
            progress.taken++;
          } catch (error) {
            if (progress.taken === 0 && isUntaken(error)) progress.isSent = false;
            onUntaken?.(error);
            throw progress.taken === 0 ? error : partlyTaken(error, progress);
          }
        }
        return taken;
      },
    );
    const results = await Promise.all(
      submitted.map(async (part) => {
        const operation = forwardOnly ? 'Forward' : 'ForwardBackward';
        const { contentType, bytes } = await server.result(part.submitted, operation, signal);
        const read = wireOf(contentType).readForward(bytes);
        return { outputs: checkedOutputs(what, read, part.chunk), metrics: read.metrics };
      }),
    );
    return mergeResults(results);
  });
}

/** The first last, where the server begins as soon as it has the first number; else in order. */
function sendingOrder(count: number, firstLast: boolean): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  return firstLast ? [...order.slice(1), 0] : order;
}

function submitPart(
  { server, modelId }: Model,
  request: ForwardBackwardRequest,
  seqId: number,
  { forwardOnly, compress }: { forwardOnly: boolean; compress: boolean },
): Promise<Submitted> {
  const bytes = request.data.reduce((sum, datum) => sum + datumBytes(datum), 0);
  return server.toTheEnd(`request ${seqId} of ${modelId}`, (signal) =>
    server.wire.send((wire) => {
      const plain = wire.writeForward({ modelId, seqId, request, forwardOnly });
      const written = compress ? compressed(plain) : plain;
      // A forward pass changes nothing; of others only some servers know that they have seen them.
      const effect = forwardOnly || wire.name === 'protobuf' ? 'repeatable' : 'once';
      return server.submit({ path: written.path, written, effect }, signal, bytes);
    }),
  );
}

function partlyTaken(cause: unknown, { taken, count }: PassProgress): TinkerError {
  return new TinkerError({
    kind: 'uncertain',
    message: `the server took ${taken} of ${count} parts of a batch, and not the next: ${said(cause)}`,
    hint: 'Make the model again from the last checkpoint.',
    cause,
  });
}
