/** The configuration of a run: schema, presets, resolution, documentation. */
export { configKeys, type KeyFacts } from './describe.js';
export { configDocsMarkdown, configHelp } from './docs.js';
export { hubAccess, llmApiKey, type HubAccess } from './environment.js';
export { freeKeys, pathKeys } from './free-keys.js';
export { nearestName } from './findings.js';
export { presets } from './presets.js';
export { resolveConfig, withDefaults, type ResolveOptions } from './resolve.js';
export {
  configSchema,
  contextNames,
  type ArmConfig,
  type Config,
  type ConfigInput,
  type CorpusConfig,
  type ContextName,
  type FieldMap,
} from './schema.js';
export { corpusPresets, type CorpusPresetName } from './schema-corpus.js';
export { commentedConfigYaml, configToYaml, type InitOptions } from './yaml.js';
