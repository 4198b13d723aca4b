/** The five calls of OpenAI's Batch API, each tried again while the server says later or the connection breaks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RaRftError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import { parseJson } from '../core/http/text.js';
import { backoffMs, retryAfterMs } from '../core/http/waits.js';
import { serverMessage } from './retry.js';
import type { HttpResult, Transport } from './transport.js';
import { unusable } from './unusable.js';

/** A batch as the server sees it. */
export interface BatchStatus {
  /** `validating`, `in_progress`, `finalizing`, or one of the ends: `completed`, `failed`, `expired`, `cancelled`. */
  status: string;
  outputFile?: string | undefined;
  errorFile?: string | undefined;
  completed: number;
  /** Why the whole batch failed. */
  error?: string | undefined;
}

export interface BatchApiOptions {
  transport: Transport;
  rng: Rng;
  retries: number;
  backoffMs: number;
  /** Ends every call and every wait; they throw its reason. */
  signal: AbortSignal;
}

/** Longest wait between two tries, whatever the server asks for. */
const MAX_WAIT_MS = 15 * 60_000;

/** Name under which a batch carries our own id, so that it is found again after a kill. */
const OWN_ID = 'ra_rft_batch';

interface BatchJson {
  id?: unknown;
  status?: unknown;
  output_file_id?: unknown;
  error_file_id?: unknown;
  request_counts?: { completed?: unknown };
  errors?: { data?: { message?: unknown }[] };
  metadata?: Record<string, unknown> | null;
}

export class BatchApi {
  private readonly options: BatchApiOptions;
  private calls = 0;

  constructor(options: BatchApiOptions) {
    this.options = options;
  }

  /** Uploads the lines of a batch; returns the id of the file. */
  async upload(name: string, lines: string): Promise<string> {
    const file = { name: `${name}.jsonl`, lines, fields: { purpose: 'batch' } };
    const { transport, signal } = this.options;
    const { id } = (await this.json(() => transport.upload('/files', file, signal))) as BatchJson;
    return text(id, 'file id');
  }

  /** Starts a batch, unless one of this name has been started already: an answer may have been lost. */
  async create(name: string, fileId: string): Promise<string> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const body = {
      input_file_id: fileId,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { [OWN_ID]: name },
    };
    const { transport, signal } = this.options;
    for (let attempt = 0; ; attempt++) {
      const result = await transport.post('/batches', body, signal);
      if (isAnswer(result)) return text((parseJson(result.text) as BatchJson).id, 'batch id');
      await this.waitOrThrow(result, attempt);
      const started = await this.find(name);
      if (started !== undefined) return started;
    }
  }

  async status(batchId: string): Promise<BatchStatus> {
    const batch = (await this.json(() => this.get(`/batches/${batchId}`))) as BatchJson;
    const optional = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
    return {
      status: text(batch.status, 'status'),
      outputFile: optional(batch.output_file_id),
      errorFile: optional(batch.error_file_id),
      completed: Number(batch.request_counts?.completed ?? 0),
      error: optional(batch.errors?.data?.[0]?.message),
    };
  }

  /** The JSON lines of a file. */
  async lines(fileId: string): Promise<unknown[]> {
    const result = await this.retried(() => this.get(`/files/${fileId}/content`));
    return result.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parseJson(line)]));
  }

  /** The batch that carries this name, among the last hundred. */
  private async find(name: string): Promise<string | undefined> {
    const list = (await this.json(() => this.get('/batches?limit=100'))) as { data?: BatchJson[] };
    const found = (Array.isArray(list.data) ? list.data : []).find((batch) => batch.metadata?.[OWN_ID] === name);
    return found && text(found.id, 'batch id');
  }

  private get(path: string): Promise<HttpResult> {
    return this.options.transport.get(path, this.options.signal);
  }

  private async json(send: () => Promise<HttpResult>): Promise<unknown> {
    return parseJson(await this.retried(send)) ?? {};
  }

  private async retried(send: () => Promise<HttpResult>): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const result = await send();
      if (isAnswer(result)) return result.text;
      await this.waitOrThrow(result, attempt);
    }
  }

  /** Waits before the next try; throws `llm` where there is none. */
  private async waitOrThrow(result: HttpResult, attempt: number): Promise<void> {
    const { retries, rng, backoffMs: baseMs, signal } = this.options;
    const later = result.kind === 'broken' || result.status >= 500 || [408, 409, 425, 429].includes(result.status);
    if (!later || attempt >= retries) throw failure(result);
    const asked = result.kind === 'answer' ? retryAfterMs(result.retryAfter, Date.now()) : undefined;
    const waitMs = asked ?? backoffMs(attempt, baseMs, rng.fork(`batch/${this.calls++}`));
    await sleep(Math.min(waitMs, MAX_WAIT_MS), undefined, { signal });
  }
}

function isAnswer(result: HttpResult): result is Extract<HttpResult, { kind: 'answer' }> {
  return result.kind === 'answer' && result.status >= 200 && result.status < 300;
}

function failure(result: HttpResult): RaRftError {
  const reason = result.kind === 'broken' ? result.reason : `status ${result.status}: ${serverMessage(result.text)}`;
  return unusable(`the Batch API failed: ${reason}`);
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw unusable(`the Batch API gave no ${what}`);
}
