/** Low-rank adapters: their shapes, their folders in PEFT's layout, merging, and their place in a graph. */
export * from './folder.js';
export * from './graph.js';
export * from './merge-folder.js';
export * from './merge.js';
export * from './parts.js';
