/** Policies whose weights are gone for good, while a checkpoint of them is not. */
import { RaRftError } from '../core/errors.js';

/**
 * The engine does not have the weights of a policy any more, and no copy of them as they were: only `dispose` may follow. Who has an
 * earlier checkpoint of the policy can open that and do again what came after it.
 */
export class PolicyLostError extends RaRftError {
  constructor({ message, cause }: { message: string; cause: unknown }) {
    super({ code: 'engine', message, hint: 'Go on from the last checkpoint: run the same command again.', cause });
    this.name = 'PolicyLostError';
  }
}
