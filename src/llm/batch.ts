/**
 * Calls by way of OpenAI's Batch API: requests that are open at the same time are gathered, submitted as one file, waited for
 * and handed out. A command that is stopped may be started again at any time: batches under way are collected then.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashJson } from '../core/hash.js';
import { silent, type Progress } from '../core/progress.js';
import { budgetFailure, stopped, type Asker, type AskOutcome } from './asker.js';
import type { BatchApi } from './batch-api.js';
import type { BatchState, PendingBatch } from './batch-state.js';
import type { Budget, Reservation } from './budget.js';
import { chatBody, fullDialect, isBrokenOff, parseCompletion, usageAtMost } from './request.js';
import { serverMessage } from './retry.js';
import type { ChatRequest } from './types.js';

export interface BatchOptions {
  model: string;
  api: BatchApi;
  state: BatchState;
  budget: Budget;
  /** Requests of one batch at most. */
  batchSize: number;
  pollMs: number;
  structuredOutput: boolean;
  /** Aborted on `dispose`; the API's own signal comes from it, so that nothing is waited for any more. */
  stop: AbortController;
  progress?: Progress;
  /** A batch is submitted when no further request has come for so long. Default 200. */
  gatherMs?: number;
}

interface Waiting {
  key: string;
  request: ChatRequest;
  /** None for a request that an earlier command submitted. */
  reservation?: Reservation;
  resolve: (outcome: AskOutcome) => void;
  reject: (error: unknown) => void;
}

const ended = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** One line of an output or error file. */
interface OutputLine {
  custom_id?: unknown;
  response?: { status_code?: unknown; body?: unknown } | null;
  error?: { message?: unknown } | null;
}

export class BatchAsker implements Asker {
  readonly parallel: number;
  private readonly options: BatchOptions;
  private queue: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Batches that are being waited for, and the lines of those that have ended. */
  private readonly followed = new Map<PendingBatch, Promise<ReadonlyMap<string, OutputLine>>>();

  constructor(options: BatchOptions) {
    this.options = options;
    this.parallel = options.batchSize;
  }

  ask(key: string, request: ChatRequest, signal?: AbortSignal): Promise<AskOutcome> {
    if (signal?.aborted === true) return Promise.resolve(stopped);
    const pending = this.options.state.batchOf(key);
    const reservation = pending ? undefined : this.options.budget.reserveNow(key, usageAtMost(request));
    if (!pending && !reservation) return Promise.resolve(budgetFailure);
    return new Promise<AskOutcome>((resolve, reject) => {
      const waiting: Waiting = { key, request, resolve, reject, ...(reservation && { reservation }) };
      signal?.addEventListener('abort', () => resolve(stopped));
      if (pending) this.collect(pending, [waiting]);
      else this.enqueue(waiting);
    });
  }

  async dispose(): Promise<void> {
    clearTimeout(this.timer);
    this.options.stop.abort(new Error('the client was closed'));
    await Promise.allSettled(this.followed.values()); // they end at once
    await this.options.state.close();
  }

  private enqueue(waiting: Waiting): void {
    this.queue.push(waiting);
    clearTimeout(this.timer);
    if (this.queue.length >= this.options.batchSize) this.submitQueue();
    else this.timer = setTimeout(() => this.submitQueue(), this.options.gatherMs ?? 200);
  }

  private submitQueue(): void {
    const batch = this.queue;
    this.queue = [];
    if (batch.length === 0) return;
    this.submit(batch).then(
      (pending) => this.collect(pending, batch),
      (error: unknown) => this.failAll(batch, error, 'never submitted'),
    );
  }

  private async submit(batch: readonly Waiting[]): Promise<PendingBatch> {
    const { api, state, model, structuredOutput } = this.options;
    const dialect = { ...fullDialect, ...(!structuredOutput && { schema: 'none' as const }) };
    const keys = batch.map(({ key }) => key);
    const name = state.nextName(hashJson(keys));
    const lines = batch.map(({ key, request }) =>
      JSON.stringify({
        custom_id: key,
        method: 'POST',
        url: '/v1/chat/completions',
        body: chatBody(model, request, dialect),
      }),
    );
    await Promise.all(batch.flatMap(({ reservation }) => (reservation ? [reservation.sent()] : [])));
    const fileId = await api.upload(name, `${lines.join('\n')}\n`);
    return state.uploaded(name, fileId, keys);
  }

  /** Hands out the replies of a batch to those who wait for them, when it has ended. */
  private collect(pending: PendingBatch, batch: readonly Waiting[]): void {
    let lines = this.followed.get(pending);
    if (!lines) this.followed.set(pending, (lines = this.follow(pending)));
    lines.then(
      (found) => {
        for (const waiting of batch)
          this.outcome(waiting, found.get(waiting.key)).then(waiting.resolve, waiting.reject);
      },
      (error: unknown) => this.failAll(batch, error, 'submitted'),
    );
  }

  /** Starts a batch where it has not been, waits for its end, and reads what it gave. */
  private async follow(pending: PendingBatch): Promise<ReadonlyMap<string, OutputLine>> {
    const { api, state, pollMs, stop, progress = silent } = this.options;
    const batchId = pending.batchId ?? (await api.create(pending.name, pending.fileId));
    if (pending.batchId === undefined) await state.started(pending, batchId);
    const task = progress.task(`batch ${batchId}`, pending.keys.size, 'requests');
    let status = await api.status(batchId);
    while (!ended.has(status.status)) {
      task.update(status.completed, status.status);
      await sleep(pollMs, undefined, { signal: stop.signal });
      status = await api.status(batchId);
    }
    const files = [status.outputFile, status.errorFile].filter((file) => file !== undefined);
    const lines = (await Promise.all(files.map((file) => api.lines(file)))).flat() as (OutputLine | undefined)[];
    const byKey = new Map(lines.flatMap((line) => (line ? [[String(line.custom_id), line] as const] : [])));
    for (const key of pending.keys) {
      if (!byKey.has(key)) byKey.set(key, { error: { message: status.error ?? `the batch has ${status.status}` } });
    }
    const failed = [...pending.keys].filter((key) => byKey.get(key)?.response?.status_code !== 200);
    await state.failed(pending, failed);
    task.end(failed.length > 0 ? `${failed.length} failed` : status.status);
    return byKey;
  }

  private async outcome({ key, request, reservation }: Waiting, line: OutputLine | undefined): Promise<AskOutcome> {
    const { status_code: status, body } = line?.response ?? {};
    const reply = status === 200 ? parseCompletion(body, request) : undefined;
    if (reply) {
      await (reservation?.paid(reply.usage) ?? this.options.budget.late(key, reply.usage));
      if (isBrokenOff(reply)) {
        const reason = `the server broke the reply off (${reply.finishReason}, in a batch)`;
        return { ok: false, kind: 'server', reason, retriable: true };
      }
      return { ok: true, reply };
    }
    await reservation?.free();
    const message = line?.error?.message;
    const said = typeof message === 'string' ? message : serverMessage(JSON.stringify(body ?? 'no reply'));
    const where = typeof status === 'number' ? `status ${status}: ` : '';
    const retriable = typeof status !== 'number' || status === 429 || status >= 500;
    return { ok: false, kind: 'server', reason: `${where}${said} (in a batch)`, retriable };
  }

  /** A batch that was submitted may be paid for, whatever went wrong with it since. */
  private failAll(batch: readonly Waiting[], error: unknown, how: 'submitted' | 'never submitted'): void {
    for (const { reservation, reject } of batch) {
      if (how === 'submitted') reservation?.lost();
      else reservation?.free().catch(() => undefined); // the error that is told comes first
      reject(error);
    }
  }
}
