import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { encoderStageSettings } from './retriever-settings.js';

const identities = { model: 'm', reward: 'r', judgePrompt: null, encoders: { hub: 'h' } };

/** Settings of the stages of three encoders. */
function settings(...set: string[]) {
  const config = resolveConfig({
    set: [
      'retrievers.layers={kind: encoder, policy: {layer: 1}}',
      'retrievers.hub={kind: encoder, model: /somewhere}',
      ...set,
    ],
  });
  return {
    small: encoderStageSettings(config, 'learned', identities),
    layers: encoderStageSettings(config, 'layers', identities),
    hub: encoderStageSettings(config, 'hub', identities),
  };
}

describe('what the stage of an encoder depends on', () => {
  it.each(['hidden=64', 'convWidth=5', 'layers=2', 'transformerLayers=1', 'heads=2'])(
    'is not the shape of small ones, retriever.%s, where it is the policy or stands in a folder',
    (key) => {
      const [plain, changed] = [settings(), settings(`retriever.${key}`)];
      expect(changed.layers).toEqual(plain.layers);
      expect(changed.hub).toEqual(plain.hub);
      expect(changed.small).not.toEqual(plain.small);
    },
  );

  it('is what all of them share', () => {
    const [plain, changed] = [settings(), settings('retriever.steps=7')];
    for (const name of ['small', 'layers', 'hub'] as const) expect(changed[name]).not.toEqual(plain[name]);
  });

  it('has the defaults of those keys, as older folders have', () => {
    const { layers } = settings();
    expect(layers).toMatchObject({ retrievers: { layers: { hidden: 96, transformerLayers: 0, heads: 4 } } });
  });
});
