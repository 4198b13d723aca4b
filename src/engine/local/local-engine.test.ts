import { policyEngineContract } from '../testing/contract.js';
import { tinyConfig, tinyParams } from '../testing/tiny-model.js';
import { LocalEngine } from './local-engine.js';

for (const architecture of ['qwen3', 'qwen2', 'llama'] as const) {
  const config = tinyConfig(architecture);
  policyEngineContract(`local, ${architecture}`, {
    open: async () => new LocalEngine('tiny', config, tinyParams(config), { threads: 1 }),
  });
}
