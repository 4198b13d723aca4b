/** The configuration of a run: schema, presets, resolution, documentation. */
export { comparedArms, type ComparedArms, type ComparedConfig } from './compared-arms.js';
export {
  benchmarkNames,
  dataPresetNames,
  dataPresets,
  DEFAULT_FIELDS,
  fieldNamesOf,
  formPresetNames,
  type DataPreset,
  type DataPresetName,
  type FieldNames,
} from './data-presets.js';
export { isRetrieved } from './check-contexts.js';
export { configKeys, type KeyFacts } from './describe.js';
export { configDocsMarkdown, configHelp } from './docs.js';
export { TRAINING_KINDS } from './check-engine.js';
export { engineApiKey, hubAccess, llmApiKey, llmKeyFor, type HubAccess } from './environment.js';
export {
  generationKey,
  generationOf,
  labelsBySuccess,
  rlSettingsOf,
  type Generation,
  type GenerationUse,
  type RlSettings,
} from './generation.js';
export { nearestName } from './nearest-name.js';
export { turnOffOnnxTelemetry } from './onnx-telemetry.js';
export { paperSettings } from './paper.js';
export { presets } from './presets.js';
export { configWarnings, movedKeys, resolveConfig, withDefaults, type ResolveOptions } from './resolve.js';
export { partsOf, withAllBehind } from './retrievers-behind.js';
export {
  configSchema,
  plainContexts,
  type ArmConfig,
  type Config,
  type ConfigInput,
  type CorpusConfig,
  type ContextName,
  type DataFileConfig,
} from './schema.js';
export { commentedConfigYaml, configToYaml, type InitOptions } from './yaml.js';
