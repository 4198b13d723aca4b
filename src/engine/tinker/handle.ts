/** Handles of checkpoints on a server: its path, and what this engine knows of it, as a fragment (which no server sees). */
import { RaRftError } from '../../core/errors.js';

export interface Handle {
  /** As the server calls it: `tinker://model_1/weights/step-3`. */
  path: string;
  policyVersion: number;
  /** The optimizer's moments are to be taken up with the weights. */
  optimizer: boolean;
}

/** `tinker://model_1/weights/step-3#version=3&optimizer=no` */
export function handleUri({ path, policyVersion, optimizer }: Handle): string {
  return `${path}#version=${policyVersion}${optimizer ? '' : '&optimizer=no'}`;
}

/** A path without a fragment is that of another program's checkpoint, of version 0. Throws `engine` where it is none of a server. */
export function parseHandle(uri: string): Handle {
  const [path = '', fragment = ''] = uri.split('#');
  const known = new URLSearchParams(fragment);
  const policyVersion = Number(known.get('version') ?? 0);
  if (/^tinker:\/\/.+/.test(path) && Number.isSafeInteger(policyVersion) && policyVersion >= 0)
    return { path, policyVersion, optimizer: known.get('optimizer') !== 'no' };
  throw new RaRftError({
    code: 'engine',
    message: `the tinker engine cannot open ${uri}`,
    where: 'PolicyRef',
    expected: 'tinker://..., a checkpoint on its server',
    hint: 'Open it with the engine that made it.',
  });
}
