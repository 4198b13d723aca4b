/** The engines a run may use. */
import { openLocalEngine as openLocal } from '../engine/index.js';
import type { OpenEngine } from './session.js';

/** The local engine: tensor graphs on this machine, in a worker of its own. */
export const openLocalEngine: OpenEngine = ({ threads, maxSequences, activationGigabytes }) =>
  openLocal({
    ...(threads > 0 ? { threads } : {}),
    activationBytes: activationGigabytes * 1e9,
    sampler: { maxRows: maxSequences },
  });
