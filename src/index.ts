/**
 * The package in short: resolve a configuration, open its run folder, run it. Every part has its own sub-path
 * (`ra-rft/retriever`, `ra-rft/engine`, ...); this module only saves imports for the common case.
 */
export { configToYaml, resolveConfig, type Config, type ConfigInput } from './config/index.js';
export { RaRftError, type ErrorCode, type ErrorFacts } from './core/index.js';
export { runPipeline, type PipelineOptions } from './pipeline/index.js';
export { RunFolder } from './runs/index.js';
