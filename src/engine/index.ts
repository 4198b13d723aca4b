/** Policy engines: everything the reinforcement-learning loop asks of a model. */
export type * from './types.js';
export { FakeEngine } from './fake/fake-engine.js';
export { FakePolicy, type FakeOptions } from './fake/fake-policy.js';
export { contextWindow, LocalEngine, type LocalEngineOptions } from './local/local-engine.js';
export { openLocalEngine } from './local/open.js';
export { openOpenaiEngine, type OpenaiEngineOptions } from './openai/openai-engine.js';
export { PolicyLostError } from './lost.js';
export { openTinkerEngine, type TinkerEngineOptions } from './tinker/tinker-engine.js';
export { folderRef, policyRefOf, savePolicy, withPolicy } from './policy-folder.js';
export { supervisedResponse } from './supervised.js';
