/**
 * An index on a NextPlaid server. A chunk is a document there, and what is known of it its metadata. The server keeps vectors as
 * centroids with residuals of 4 bits and gives none back: scores are those of the vectors as it keeps them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RaRftError } from '../../../core/errors.js';
import type { Condition } from './condition.js';
import { IndexServerClient, type ServerOptions } from './http.js';
import type { RemoteRow, RemoteTable, RowKey } from './remote-table.js';
import { sqlOf } from './sql.js';

/** Cells of centroids looked into for each query token, and rows that are scored for each that is asked for. */
const PROBES = 32;
const SCORED = 16;
/** In an index of no more rows every cell is looked into. */
const SMALL_ROWS = 10_000;
/** Placeholders of one question about ids. */
const ASKED_IDS = 500;
/** Id of a row that is in every index and in no answer: the server cannot remove its last row. */
const STAYS = '\u0001ra-rft';
const POLL_MS = [50, 100, 200, 400] as const;

interface Info {
  num_documents: number;
  metadata_count: number | null;
  num_partitions: number;
  dimension: number;
}
interface Health {
  updates?: { index: string; status: string; error?: string }[];
}

export class NextPlaidTable implements RemoteTable {
  readonly where: string;
  private readonly server: IndexServerClient;
  private readonly name: string;
  private readonly dim: number;
  private readonly timeoutMs: number;
  /** Of the rows that have been seen: the server refuses conditions on others. */
  private readonly columns = new Set<string>();
  private info: Info | undefined;

  private constructor(server: IndexServerClient, name: string, dim: number, timeoutMs: number) {
    this.where = `${server.url}/indices/${name}`;
    this.server = server;
    this.name = name;
    this.dim = dim;
    this.timeoutMs = timeoutMs;
  }

  /** Opens the index, or declares one. Throws `data` where one of that name has vectors of another size, `io` where the server fails. */
  static async open(options: ServerOptions, name: string, dim: number): Promise<NextPlaidTable> {
    const table = new NextPlaidTable(new IndexServerClient(options), name, dim, options.timeoutMs);
    try {
      await table.server.call('post', '/indices', { name, config: { nbits: 4, seed: 42 } }, 409);
      await table.readInfo();
      const found = table.info?.dimension ?? dim;
      if (found === dim || table.info?.num_documents === 0) return table;
      throw new RaRftError({
        code: 'data',
        message: `the index has vectors of ${found} numbers`,
        where: table.where,
        expected: `vectors of ${dim} numbers`,
      });
    } catch (error) {
      await table.close();
      throw error;
    }
  }

  async rows(of?: Condition): Promise<(RowKey & { cut: number })[]> {
    if (!this.info || (of && this.info.num_documents === 0)) return [];
    const found = await (of
      ? this.server.call('post', this.path('/metadata/get'), this.sql(of, 'condition', 'parameters'), 404)
      : this.server.call('get', this.path('/metadata'), undefined, 404));
    const { metadata } = (found ?? { metadata: [] }) as { metadata: Record<string, unknown>[] };
    for (const column of Object.keys(metadata[0] ?? {})) this.columns.add(column);
    return metadata.map((row) => this.keyOf(row)).filter(({ id }) => id !== STAYS);
  }

  async insert(rows: readonly RemoteRow[]): Promise<void> {
    const all = this.info ? rows : [{ ...emptyRow, id: STAYS }, ...rows];
    // A row without tokens has a vector all the same, since the server takes none without; `nearest` leaves it out.
    const documents = all.map(({ vectors, tokens }) => base64Of(tokens > 0 ? vectors : firstAxis(this.dim), this.dim));
    const metadata = all.map(({ id, chunks, tokens, cut, facts, fields, numbers }) => ({
      id,
      chunks,
      tokens,
      cut,
      facts,
      fields,
      ...numbers,
    }));
    await this.server.call('post', this.path('/update'), { documents, metadata });
    for (const row of metadata) for (const column of Object.keys(row)) this.columns.add(column);
    await this.until(all, all.length);
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (!this.info) return;
    for (let from = 0; from < ids.length; from += ASKED_IDS) {
      const some = ids.slice(from, from + ASKED_IDS);
      const gone = { ids: some };
      await this.server.call('delete', this.path('/documents'), this.sql(gone, 'condition', 'parameters'), 404);
      await this.until(
        some.map((id) => ({ id })),
        0,
      );
    }
  }

  async nearest(
    query: Float32Array,
    limit: number,
    of: Condition | undefined,
  ): Promise<{ id: string; score: number }[]> {
    const { info } = this;
    if (!info || info.num_documents === 0) return [];
    const withTokens: Condition = { column: 'tokens', is: '>', value: 0 };
    const all = Math.max(1, info.num_partitions);
    const ask = async (probes: number) => {
      const params = { top_k: limit, n_ivf_probe: probes, n_full_scores: Math.max(4096, SCORED * limit) };
      const condition = this.sql(
        { all: of ? [withTokens, of] : [withTokens] },
        'filter_condition',
        'filter_parameters',
      );
      const body = { queries: [base64Of(query, this.dim)], params, ...condition };
      return this.hitsOf(await this.server.call('post', this.path('/search'), body));
    };
    const found = await ask(info.num_documents <= SMALL_ROWS ? all : Math.min(all, PROBES));
    // Fewer than there may be: what lies in other cells was not seen.
    return found.length < limit && info.num_documents > SMALL_ROWS && all > PROBES ? ask(all) : found;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private hitsOf(answer: unknown): { id: string; score: number }[] {
    const result = (answer as { results?: { scores: number[]; metadata: (Record<string, unknown> | null)[] }[] })
      .results?.[0];
    if (!result || result.scores.length !== result.metadata.length)
      throw this.server.error('the answer has no hits', this.path('/search'));
    return result.metadata.map((row, at) => ({ id: this.keyOf(row ?? {}).id, score: result.scores[at] as number }));
  }

  /**
   * Waits until the server has done what it has only queued: exactly `count` rows of the documents are there, and what it searches is as
   * long as its table. It says nothing of a deletion; an update that failed it does.
   */
  private async until(of: readonly { id: string }[], count: number): Promise<void> {
    const ids = [...new Set(of.map(({ id }) => id))];
    let since = performance.now();
    for (let turn = 0; ; turn++) {
      await sleep(POLL_MS[Math.min(turn, POLL_MS.length - 1)]);
      const { updates = [] } = (await this.server.call('get', '/health')) as Health;
      const update = updates.find(({ index }) => index === this.name);
      if (update?.status === 'failed' && count > 0)
        throw this.server.error(`the update failed: ${update.error ?? 'no reason given'}`, this.path('/update'));
      await this.readInfo();
      const { info } = this;
      if (info?.num_documents === (info?.metadata_count ?? 0) && (await this.countOf(ids)) === count) return;
      if (update?.status === 'queued' || update?.status === 'running') since = performance.now();
      if (performance.now() - since > this.timeoutMs)
        throw this.server.error(`the change is not there after ${this.timeoutMs / 1000} s`, this.path(''));
    }
  }

  private async countOf(ids: readonly string[]): Promise<number> {
    let count = 0;
    for (let from = 0; from < ids.length; from += ASKED_IDS) {
      const condition = this.sql({ ids: ids.slice(from, from + ASKED_IDS) }, 'condition', 'parameters');
      const found = (await this.server.call('post', this.path('/metadata/query'), condition, 404)) as
        | { count: number }
        | undefined;
      count += found?.count ?? 0;
    }
    return count;
  }

  /** What the server says of the index; nothing of one that was declared and has no row yet. */
  private async readInfo(): Promise<void> {
    this.info = (await this.server.call('get', this.path(''), undefined, 404)) as Info | undefined;
  }

  private keyOf({ id, chunks, tokens, cut }: Record<string, unknown>): RowKey & { cut: number } {
    if (typeof id === 'string' && typeof chunks === 'number' && typeof tokens === 'number' && typeof cut === 'number')
      return { id, chunks, tokens, cut };
    throw new RaRftError({
      code: 'data',
      message: 'the index has a row that this project has not made',
      where: this.where,
      expected: 'metadata id, chunks, tokens and cut',
      hint: 'It is left as it is. Use another server, or remove that index there.',
    });
  }

  private path(rest: string): string {
    return `/indices/${this.name}${rest}`;
  }

  private sql(condition: Condition, text: string, values: string): Record<string, unknown> {
    const given: (string | number)[] = [];
    const value = (one: string | number) => {
      given.push(one);
      return '?';
    };
    return { [text]: sqlOf(condition, { value, hasColumn: (column) => this.columns.has(column) }), [values]: given };
  }
}

const emptyRow: Omit<RemoteRow, 'id'> = {
  chunks: 1,
  tokens: 0,
  cut: 0,
  facts: ' ',
  fields: '{}',
  numbers: {},
  vectors: new Float32Array(),
};

/** Vectors as the server reads them fastest: little-endian float32. */
export function base64Of(vectors: Float32Array, dim: number): { embeddings_b64: string; shape: [number, number] } {
  const bytes = Buffer.alloc(vectors.length * 4);
  for (const [at, value] of vectors.entries()) bytes.writeFloatLE(value, at * 4);
  return { embeddings_b64: bytes.toString('base64'), shape: [vectors.length / dim, dim] };
}

function firstAxis(dim: number): Float32Array {
  const axis = new Float32Array(dim);
  axis[0] = 1;
  return axis;
}
