/** Files of a repository on the Hugging Face Hub: listing them, fetching one, and saying why that failed. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { downloadFile, HubApiError, listFiles } from '@huggingface/hub';
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
}

/** Sizes in bytes of the files of a repository by path; those in folders only where `recursive`. Throws `io`. */
export async function listHubFiles(
  place: HubPlace,
  options: { recursive?: boolean } = {},
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  try {
    for await (const file of listFiles({ ...accessOf(place), ...options })) {
      if (file.type === 'file') sizes.set(file.path, file.size);
    }
  } catch (cause) {
    throw unreachable(place, place.repo, cause);
  }
  return sizes;
}

/** Streams one file of a repository to `target`. Throws `io` where the Hub cannot be reached or the file is gone. */
export async function fetchHubFile(place: HubPlace, path: string, target: string): Promise<void> {
  const where = `${place.repo}/${path}`;
  let blob: Blob | null;
  try {
    blob = await downloadFile({ ...accessOf(place), path });
    if (blob) await pipeline(Readable.fromWeb(blob.stream()), createWriteStream(target));
  } catch (cause) {
    throw unreachable(place, where, cause);
  }
  if (!blob) {
    const message = `${path} vanished from the Hub`;
    throw new RaRftError({ code: 'io', message, where, expected: 'a file that the repository lists' });
  }
}

function accessOf({ kind, repo, ...access }: HubPlace) {
  return { repo: { type: kind, name: repo }, ...access };
}

function unreachable({ kind }: HubPlace, where: string, cause: unknown): RaRftError {
  const status = cause instanceof HubApiError ? cause.statusCode : undefined;
  const hint =
    status === 401 || status === 403 || status === 404
      ? `Check the name; gated and private ${kind}s need an access token.`
      : `Check the connection, or download the ${kind} elsewhere and give its path.`;
  const message = `the Hub gave no answer for ${where}: ${cause instanceof Error ? cause.message : String(cause)}`;
  const expected = `a ${kind} on the Hugging Face Hub, as owner/name`;
  return new RaRftError({ code: 'io', message, where, expected, hint, cause });
}
