/** One suite for every policy engine: what the loop may rely on, checked by calls through the interface alone. */
import { describe } from 'vitest';
import { alternativesContract } from './contract-alternatives.js';
import { lifecycleContract } from './contract-lifecycle.js';
import { numbersContract } from './contract-numbers.js';
import { samplingContract } from './contract-sampling.js';
import { trainingContract } from './contract-training.js';
import { openingContract } from './contract-opening.js';
import { servedContract } from './contract-served.js';
import type { Capabilities, OpenOptions, PolicyEngine, PolicyRef } from '../types.js';

/** An engine under test. */
export interface ContractTarget {
  start: () => PolicyEngine;
  /** A model with the same small random weights every time: vocabulary of 16 to 64, window of at least 32. */
  model: () => Promise<PolicyRef>;
  /** What is trained of it; default: everything. */
  train?: OpenOptions['train'];
  /**
   * What the engine says that it cannot do; `tensorNames`: it cannot tell which tensor ran away; `policyLogprobs`: nor the log p of the
   * policy itself where temperature or filters shape what is drawn.
   */
  lacks?: readonly (keyof Capabilities | 'tensorNames' | 'policyLogprobs')[];
}

export function policyEngineContract(name: string, target: ContractTarget): void {
  describe(`PolicyEngine: ${name}`, () => {
    samplingContract(target);
    lifecycleContract(target);
    if (target.lacks?.includes('training')) return servedContract(target);
    openingContract(target);
    trainingContract(target);
    alternativesContract(target);
    numbersContract(target);
  });
}
