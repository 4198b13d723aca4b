/**
 * The package in short: resolve a configuration and run it. Every part has its own sub-path
 * (`ra-rft/retriever`, `ra-rft/engine`, ...); this module only saves a second import for the common case.
 */
export { resolveConfig, type Config, type ConfigInput } from './config/index.js';
export { RaRftError, type ErrorCode, type ErrorFacts } from './core/index.js';
