import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { resultDifferences } from './stage-settings.js';

/** A run whose retriever stands in a folder, and is trained. */
function run(...set: string[]) {
  const retriever = 'retrievers.hub={kind: encoder, model: /somewhere}';
  return resolveConfig({ set: [retriever, 'arms=[{name: ra-rft, train: hub, test: hub}]', ...set] });
}

describe('the settings in which two runs differ', () => {
  it('are none where their seeds do, also for an encoder from a folder, which draws by it', () => {
    expect(resultDifferences(run('seed=1'), run('seed=3'))).toEqual([]);
  });

  it('are those that results depend on', () => {
    const differing = (...set: string[]) =>
      resultDifferences(run('seed=1'), run('seed=3', ...set)).map(({ key }) => key);
    expect(differing('rl.steps=7')).toEqual(['rl.steps']);
    expect(differing('retrievers.hub.frozenLayers=1')).toEqual(['retrievers.hub.frozenLayers']);
    expect(differing('retriever.checkpointEverySteps=7')).toEqual([]);
  });
});
