import { describe, expect, it } from 'vitest';
import { paperPresets } from './paper-presets.js';
import { resolveConfig } from './resolve.js';

const names = Object.keys(paperPresets).filter((name) => name !== 'paper-retriever');

describe('presets of the paper', () => {
  it.each(names)('%s has its settings', (preset) => {
    const { rl, generation, prompt, eval: evaluation, labels, retriever, llm } = resolveConfig({ preset });
    expect(rl).toMatchObject({ recipe: 'grpo', groupSize: 16, kl: { coefficient: 0 }, epochs: 1, minibatches: 1 });
    expect(generation).toMatchObject({ maxTokens: 32_768, temperature: 1, topP: 1, topK: 0 });
    // The window of Qwen3.
    expect(prompt.maxPromptTokens + generation.maxTokens).toBe(40_960);
    expect(evaluation.k).toBe(32);
    expect(labels).toMatchObject({ judge: 'llm', maxQueries: 12_500, restrictToType: true });
    expect(llm.batch).toBe(true);
    expect(retriever).toMatchObject({ epochs: 3, batchSize: 128, learningRate: 3e-5 });
    // Every group may carry a gradient, and the training meets every problem once.
    expect(rl.maxGroupsPerUpdate).toBe(rl.promptsPerStep);
    expect(rl.steps * rl.promptsPerStep).toBeGreaterThanOrEqual(12_500);
    expect((rl.steps - 1) * rl.promptsPerStep).toBeLessThan(12_500);
  });

  it('train all weights at the rate of the paper, and adapters at ten times that', () => {
    for (const preset of names) {
      const { rl } = resolveConfig({ preset });
      const whole = preset === 'paper' || preset.endsWith('-skyrl');
      expect([preset, rl.lora.rank, rl.learningRate]).toEqual(whole ? [preset, 0, 1e-6] : [preset, 32, 1e-5]);
    }
  });

  it('send a key to the hosted service alone', () => {
    for (const preset of names) {
      const { engine } = resolveConfig({ preset });
      expect(engine.kind).toBe(preset === 'paper' ? 'local' : 'tinker');
      expect(engine.apiKeyEnv).toBe(preset.endsWith('-hosted') ? 'TINKER_API_KEY' : null);
    }
  });
});
