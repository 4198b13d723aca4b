/** Encoders: what turns token ids into vectors to search by. */
export * from './config.js';
export * from './decoder-config.js';
export * from './decoder-weights.js';
export * from './folder.js';
export * from './head.js';
export * from './hub-config.js';
export * from './small-config.js';
export * from './types.js';
