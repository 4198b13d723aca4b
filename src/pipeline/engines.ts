/** The engines a run may use. */
import { RaRftError } from '../core/errors.js';
import type { OpenEngine } from './session.js';

/** The local engine: tensor graphs on this machine, in a worker of its own. */
export const openLocalEngine: OpenEngine = () => {
  throw new RaRftError({ code: 'internal', message: 'not wired yet' });
};
