/** Models: decoders and encoders in Hugging Face layout, tokenizers, prompt layouts, import of GGUF files. */
export * from './checkpoint.js';
export * from './half.js';
export * from './hf-config.js';
export * from './hf-rope.js';
export * from './parameters.js';
export * from './safetensors-writer.js';
export * from './safetensors.js';
