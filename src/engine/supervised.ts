/** A response that is to become likelier: what supervised training and pre-training learn from. */
import type { Tokens, TrainResponse } from './types.js';

/** Every token with the same weight w: the loss is -w sum log p (cross entropy), so each slope is -w. */
export function supervisedResponse(tokens: Tokens, weight: number): TrainResponse {
  return { tokens, slopes: new Float32Array(tokens.length).fill(-weight) };
}
