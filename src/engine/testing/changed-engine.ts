/** For tests that watch or spoil the calls to a policy. */
import type { Policy, PolicyEngine } from '../types.js';

/** The engine, each of whose policies is changed as soon as it is open. */
export function changedEngine(engine: PolicyEngine, change: (policy: Policy) => void): PolicyEngine {
  return {
    name: engine.name,
    can: () => engine.can(),
    open: async (...args) => {
      const policy = await engine.open(...args);
      change(policy);
      return policy;
    },
    dispose: () => engine.dispose(),
  };
}
