/**
 * Files of a repository on the Hugging Face Hub: listing them, fetching one, and saying why that failed. Its libraries are
 * loaded at the first call: most who import this folder never reach for the Hub.
 */
import { createWriteStream } from 'node:fs';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestInit } from 'undici';
import { endsWithin, withDeadline } from '../core/deadline.js';
import { RaRftError } from '../core/errors.js';

/** A repository of the Hub and how to reach it. */
export interface HubPlace {
  kind: 'model' | 'dataset';
  /** `owner/name`. */
  repo: string;
  /** Branch, tag or commit. */
  revision?: string;
  /** For gated and private repositories. */
  accessToken?: string;
  /** Another hub or a mirror. */
  hubUrl?: string;
  /** A transfer that does not get on for so long is given up. Default one minute. */
  stallMs?: number;
}

const STALL_MS = 60_000;
const CLOSE_MS = 2000;
/** So many bytes are one step of getting on. */
const PIECE_BYTES = 2 ** 16;
/** Longest page of a listing. */
const LIST_BYTES = 2 ** 26;
/** What an answer may hold beside the file itself: packed files come with facts of their own. */
const SLACK_BYTES = 2 ** 26;

/** Sizes in bytes of the files of a repository by path; those in folders only where `recursive`. Throws `io`. */
export async function listHubFiles(
  place: HubPlace,
  options: { recursive?: boolean } = {},
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  await connected(place, place.repo, LIST_BYTES, async ({ fetch, alive }) => {
    const { listFiles } = await import('@huggingface/hub');
    for await (const file of listFiles({ ...accessOf(place), ...options, fetch })) {
      alive();
      if (file.type === 'file' && staysInFolder(file.path)) sizes.set(file.path, file.size);
    }
  });
  return sizes;
}

/**
 * Streams one file of a repository, which lists it with this size, to `target`. Throws `io` where the Hub cannot be reached
 * or stops sending, and where the file is gone or of another size.
 */
export async function fetchHubFile(place: HubPlace, path: string, size: number, target: string): Promise<void> {
  const where = `${place.repo}/${path}`;
  const written = await connected(place, where, size + SLACK_BYTES, async ({ fetch, alive, signal }) => {
    const { downloadFile } = await import('@huggingface/hub');
    const blob = await downloadFile({ ...accessOf(place), path, fetch });
    if (!blob) return undefined;
    const counter = new ByteCounter(alive);
    await pipeline(Readable.fromWeb(blob.stream()), counter, createWriteStream(target), { signal });
    return counter.bytes;
  });
  if (written === size) return;
  const message =
    written === undefined
      ? `${path} vanished from the Hub`
      : `${path} came with ${written} bytes, the Hub lists ${size}`;
  throw new RaRftError({ code: 'io', message, where, expected: 'the file that the repository lists' });
}

/** What a piece of work on the Hub is given. */
interface Connection {
  fetch: typeof globalThis.fetch;
  /** Says that the work gets on; see {@link withDeadline}. */
  alive: () => void;
  signal: AbortSignal;
}

/** Runs `work` over connections of its own, which end with it. Work that does not get on for `stallMs` is given up. */
async function connected<T>(
  place: HubPlace,
  where: string,
  maxResponseSize: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { Agent, fetch: hubFetch } = await import('undici');
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, maxResponseSize });
  const { stallMs: timeoutMs = STALL_MS } = place;
  try {
    return await withDeadline(
      (signal, alive) => {
        const fetch = (url: string | URL, init?: RequestInit) => hubFetch(url, { ...init, signal, dispatcher });
        return work({ fetch: fetch as unknown as typeof globalThis.fetch, alive, signal });
      },
      { timeoutMs },
    );
  } catch (cause) {
    throw await unreachable(place, where, cause);
  } finally {
    await endsWithin(CLOSE_MS, dispatcher.destroy());
  }
}

/** Passes bytes on, counts them, and says that the work gets on with each piece of some size: a trickle is a stall. */
class ByteCounter extends Transform {
  bytes = 0;
  private readonly alive: () => void;

  constructor(alive: () => void) {
    super();
    this.alive = alive;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    const piece = Math.floor(this.bytes / PIECE_BYTES);
    this.bytes += chunk.length;
    if (Math.floor(this.bytes / PIECE_BYTES) > piece) this.alive();
    done(null, chunk);
  }
}

/** A path of a listing is joined to a folder here. */
function staysInFolder(path: string): boolean {
  return !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(path);
}

function accessOf({ kind, repo, stallMs: _, ...access }: HubPlace) {
  return { repo: { type: kind, name: repo }, ...access };
}

async function unreachable({ kind }: HubPlace, where: string, cause: unknown): Promise<RaRftError> {
  const { HubApiError } = await import('@huggingface/hub');
  const status = cause instanceof HubApiError ? cause.statusCode : undefined;
  const hint =
    status === 401 || status === 403 || status === 404
      ? `Check the name; gated and private ${kind}s need an access token.`
      : `Check the connection, or download the ${kind} elsewhere and give its path.`;
  const message = `the Hub gave no answer for ${where}: ${cause instanceof Error ? cause.message : String(cause)}`;
  const expected = `a ${kind} on the Hugging Face Hub, as owner/name`;
  return new RaRftError({ code: 'io', message, where, expected, hint, cause });
}
