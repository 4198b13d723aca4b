/** Saves under a name. A second request of the same is refused by servers, which tells that the first was taken. */
import { checkName } from './checks/limits.js';
import type { Model } from './model.js';
import type { CallOptions } from './options.js';
import { isTakenTwice } from './sequence.js';
import type { Submitted } from './server.js';
import { malformed } from './wire/malformed.js';

export type SaveKind = 'save_weights' | 'save_weights_for_sampler';

/** The path of what was saved. Throws `refused` (status 409) where the model has a save of that name. */
export async function saveNamed(model: Model, kind: SaveKind, name: string, options: CallOptions): Promise<string> {
  const { server, modelId } = model;
  const what = `${kind} of ${modelId}`;
  checkName(`${what}, name`, name);
  return server.run(what, options, async (signal) => {
    const body = { path: name, type: kind };
    let submitted: Submitted | undefined;
    try {
      submitted = await model.numbered(what, { path: `/${kind}`, body, effect: () => 'repeatable' }, signal);
    } catch (error) {
      if (!isTakenTwice(error)) throw error;
    }
    if (!submitted) return takenBefore(model, kind, name, signal);
    const operation = kind === 'save_weights' ? 'SaveWeights' : 'SaveWeightsForSampler';
    const result = await server.resultObject(submitted, operation, signal);
    if (typeof result['path'] === 'string') return result['path'];
    throw malformed(`result of ${kind}`, JSON.stringify(result));
  });
}

/** The answer to the first request was lost, and with it the id of its result: the path follows from the name. */
async function takenBefore(
  { server, modelId }: Model,
  kind: SaveKind,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  if (kind === 'save_weights_for_sampler') return `tinker://${modelId}/sampler_weights/${name}`;
  const path = `tinker://${modelId}/weights/${name}`;
  // Answered with 425, which is tried again, while it is being written.
  await server.ask({ path: '/weights_info', body: { tinker_path: path }, effect: 'none' }, signal);
  return path;
}
