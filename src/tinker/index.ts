/** Client of servers that speak the Tinker API (SkyRL, TuFT, the hosted service): train and sample models on other machines. */
export * from './types.js';
export {
  TinkerClient,
  type FromStateRequest,
  type SamplingClientRequest,
  type TrainingClientRequest,
} from './client.js';
export { TinkerError, type TinkerErrorKind } from './errors.js';
export { type CallOptions, type TinkerClientOptions, type TinkerLimits, type TinkerTimeouts } from './options.js';
export { type ModelLimits } from './checks/limits.js';
export { type HeartbeatState } from './heartbeat.js';
export { SamplingClient } from './sampling-client.js';
export { TrainingClient } from './training-client.js';
