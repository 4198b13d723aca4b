/** One suite for every policy engine: what the loop may rely on, checked by calls through the interface alone. */
import { describe } from 'vitest';
import { lifecycleContract } from './contract-lifecycle.js';
import { numbersContract } from './contract-numbers.js';
import { samplingContract } from './contract-sampling.js';
import { trainingContract } from './contract-training.js';
import type { Policy } from '../types.js';

/** An engine under test. */
export interface ContractTarget {
  /** Opens an engine with the same small random weights every time: vocabulary of 16 to 64, window of at least 32. */
  open: () => Promise<Policy>;
}

export function policyEngineContract(name: string, target: ContractTarget): void {
  describe(`Policy: ${name}`, () => {
    samplingContract(target);
    trainingContract(target);
    lifecycleContract(target);
    numbersContract(target);
  });
}
