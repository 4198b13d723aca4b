/** An index whose vectors are in a database: what an index promises, over what databases have in common. */
import { RaRftError } from '../../../core/errors.js';
import { forEachParallel, inPlace, Slots } from '../../../core/slots.js';
import { rowOffsets, sliceTexts, type TokenVectors } from '../../encode/token-vectors.js';
import { optionsOf, rank, type RankOptions } from '../../score/ranking.js';
import type { Scoring } from '../../score/maxsim.js';
import { refuseTwice } from '../store/documents.js';
import { refuseSize, type AddFacts } from '../store/store.js';
import type { IndexDocument, IndexSearch, Scored, TokenIndex } from '../types.js';
import { conditionOf, type Condition } from './condition.js';
import { factsOf } from './facts.js';
import type { RemoteRow, RemoteTable } from './remote-table.js';

/** Numbers of one insertion (32 MB), and ids of one condition. */
const INSERT_NUMBERS = 1 << 23;
const CONDITION_IDS = 5000;

/** Queries of a call that are asked at a time. */
const SEARCHES = 4;

interface OneSearch extends RankOptions {
  /** Which query it is, for errors. */
  name: string;
}

export class RemoteIndex implements TokenIndex {
  private readonly table: RemoteTable;
  private readonly dim: number;
  private readonly scoring: Scoring;
  /** Chunks of each document. */
  private readonly chunksOf = new Map<string, number>();
  private readonly turn = new Slots(1);
  private cut = 0;

  private constructor(table: RemoteTable, { dim, scoring }: { dim: number; scoring: Scoring }) {
    this.table = table;
    this.dim = dim;
    this.scoring = scoring;
  }

  /** Learns which documents are in the table; the index closes it. Throws `data` where one is not whole. */
  static async open(table: RemoteTable, like: { dim: number; scoring: Scoring }): Promise<RemoteIndex> {
    const index = new RemoteIndex(table, like);
    const found = new Map<string, number>();
    for (const { id, chunks, cut } of await table.rows()) {
      index.chunksOf.set(id, chunks);
      found.set(id, (found.get(id) ?? 0) + 1);
      index.cut += cut;
    }
    for (const [id, chunks] of index.chunksOf) if (found.get(id) !== chunks) throw notWhole(table, id, found.get(id));
    return index;
  }

  get size(): number {
    return this.chunksOf.size;
  }

  /** Documents that were cut when they were added. */
  get truncated(): number {
    return this.cut;
  }

  has(id: string): boolean {
    return this.chunksOf.has(id);
  }

  /** One change after the other: what two of them look for before they begin would else be true of neither. */
  add(documents: readonly IndexDocument[], facts: AddFacts = {}): Promise<void> {
    return inPlace(this.turn, () => this.insert(documents, facts));
  }

  remove(ids: readonly string[]): Promise<number> {
    return inPlace(this.turn, () => this.takeOut(ids));
  }

  private async insert(documents: readonly IndexDocument[], { truncated = 0 }: AddFacts): Promise<void> {
    refuseTwice(
      documents.map(({ id }) => id),
      this,
    );
    for (const { id, chunks } of documents) refuseSize(id, chunks, this.dim);
    const rowsOf = documents.map((document) => toRows(document));
    const first = rowsOf[0]?.[0];
    if (first) first.cut = truncated;
    try {
      for (const rows of inParts(rowsOf)) await this.table.insert(rows);
    } catch (error) {
      await this.takeBack(documents, error);
      throw error;
    }
    for (const [at, { id }] of documents.entries()) this.chunksOf.set(id, (rowsOf[at] as RemoteRow[]).length);
    this.cut += truncated;
  }

  private async takeOut(ids: readonly string[]): Promise<number> {
    const own = [...new Set(ids)].filter((id) => this.has(id));
    for (let from = 0; from < own.length; from += CONDITION_IDS)
      await this.table.remove(own.slice(from, from + CONDITION_IDS));
    for (const id of own) this.chunksOf.delete(id);
    return own.length;
  }

  async search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    const filter = options.filter && conditionOf(options.filter);
    const found_Q: Scored[][] = [];
    await forEachParallel([...queries.lengths.keys()], SEARCHES, async (q) => {
      found_Q[q] = await this.searchOne(
        sliceTexts(queries, q, q + 1),
        { ...optionsOf(options, q), name: `query ${q}` },
        filter,
      );
    });
    return found_Q;
  }

  dispose(): Promise<void> {
    return this.table.close();
  }

  private async searchOne(
    { vectors, lengths }: TokenVectors,
    options: OneSearch,
    filter: Condition | undefined,
  ): Promise<Scored[]> {
    rankScored([], options); // refuses what cannot be asked for
    const allowed = this.allowed(options);
    const divisor = this.scoring === 'mean' ? Math.max(1, lengths[0] as number) : 1;
    const found: Scored[] = [];
    for (const ids of allowed ? inTurn(allowed, CONDITION_IDS) : [undefined])
      found.push(...(await this.best(vectors, options, both(filter, ids && { ids }))));
    return rankScored(
      found.map(({ id, score }) => ({ id, score: score / divisor })),
      options,
    );
  }

  /** The ids that may come back, where the database is to be told; undefined where it may name others that are left out here. */
  private allowed({ exclude, only }: RankOptions): string[] | undefined {
    const few = only ?? (exclude && exclude.size > this.size / 2 ? this.chunksOf.keys() : undefined);
    return few && [...few].filter((id) => this.has(id) && exclude?.has(id) !== true);
  }

  /**
   * The k best documents of those that a condition lets pass, and more. Rows are asked for until the last of them is worse than the
   * k-th document: several chunks may be of one document, some may be excluded, and equal scores go to the smaller id.
   */
  private async best(query: Float32Array, options: OneSearch, of: Condition | undefined): Promise<Scored[]> {
    if (this.size === 0) return [];
    if (query.length === 0) return this.withoutTokens(of);
    const rows = [...this.chunksOf.values()].reduce((a, b) => a + b, 0);
    for (let limit = options.k + (options.exclude?.size ?? 0) + 1; ; limit *= 2) {
      const found = await this.table.nearest(query, Math.min(limit, rows), of);
      const best = bestRows(found);
      const worst = rankScored(best, options)[options.k - 1];
      const last = found.at(-1);
      if (found.length < limit || limit >= rows || !last || (worst && last.score < worst.score)) return best;
    }
  }

  /** A query without tokens scores 0 with every document that has some. */
  private async withoutTokens(of: Condition | undefined): Promise<Scored[]> {
    const rows = await this.table.rows(of);
    return bestRows(rows.filter(({ tokens }) => tokens > 0).map(({ id }) => ({ id, score: 0 })));
  }

  /** All of an addition or nothing: what of it may have arrived goes. */
  private async takeBack(documents: readonly IndexDocument[], because: unknown): Promise<void> {
    try {
      for (const ids of inTurn(
        documents.map(({ id }) => id),
        CONDITION_IDS,
      ))
        await this.table.remove(ids);
    } catch {
      if (!(because instanceof RaRftError)) return;
      const hint = 'Some of its documents may be there. The same command goes on with those that are missing.';
      throw new RaRftError({ ...because.facts(), hint: [because.hint, hint].filter(Boolean).join(' ') });
    }
  }
}

function toRows({ id, chunks, fields }: IndexDocument): RemoteRow[] {
  const shared = { ...factsOf(id, fields), id, fields: JSON.stringify(fields ?? {}), cut: 0 };
  const offsets = rowOffsets(chunks.lengths);
  // A document without chunks is known too; it is a row without tokens.
  if (chunks.lengths.length === 0) return [{ ...shared, chunks: 1, tokens: 0, vectors: new Float32Array() }];
  return Array.from(chunks.lengths, (tokens, at) => {
    const [from, to] = [offsets[at] as number, offsets[at + 1] as number];
    const vectors = chunks.vectors.subarray(from * chunks.dim, to * chunks.dim);
    return { ...shared, chunks: chunks.lengths.length, tokens, vectors };
  });
}

/** Rows of whole documents, no more numbers at a time than a database takes well. */
function inParts(rowsOf: readonly RemoteRow[][]): RemoteRow[][] {
  const parts: RemoteRow[][] = [];
  let room = 0;
  for (const rows of rowsOf) {
    const numbers = rows.reduce((n, { vectors }) => n + vectors.length, 0);
    if (parts.length === 0 || numbers > room) {
      parts.push([]);
      room = INSERT_NUMBERS;
    }
    parts.at(-1)?.push(...rows);
    room -= numbers;
  }
  return parts;
}

function inTurn<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function both(one: Condition | undefined, other: Condition | undefined): Condition | undefined {
  return one && other ? { all: [one, other] } : (one ?? other);
}

/** The best row of each document. */
function bestRows(rows: readonly Scored[]): Scored[] {
  const best = new Map<string, number>();
  for (const { id, score } of rows) if (!(score <= (best.get(id) ?? -Infinity))) best.set(id, score);
  return [...best].map(([id, score]) => ({ id, score }));
}

function rankScored(scored: readonly Scored[], { name, ...options }: OneSearch): Scored[] {
  return rank(
    scored.map(({ id }) => id),
    scored.map(({ score }) => score),
    options,
    name,
  );
}

function notWhole({ where }: RemoteTable, id: string, found: number | undefined): RaRftError {
  return new RaRftError({
    code: 'data',
    message: `the document ${id} has ${found} rows, which is not the number of its chunks`,
    where,
    hint: 'Another process may have written there. Remove that index on the server and run the same command again.',
  });
}
