/** The configuration of a run: schema, presets, resolution, documentation. */
export * from './schema.js';
