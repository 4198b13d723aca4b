/** What engines can do. */
import type { Capabilities } from './types.js';

/** An engine whose weights are in this process. */
export const fullCapabilities: Capabilities = {
  training: true,
  scores: true,
  drawnTokens: true,
  alternatives: true,
  shapedLogprobs: true,
};
