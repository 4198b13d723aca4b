/** Models: decoders and encoders in Hugging Face layout, tokenizers, prompt layouts, import of GGUF files. */
export * from './checkpoint.js';
export * from './half.js';
export * from './hf-config.js';
export * from './hf-rope.js';
export * from './parameters.js';
export * from './safetensors-writer.js';
export * from './safetensors.js';
export * from './chat-template.js';
export * from './prompt-text.js';
export * from './prompt.js';
export * from './tokenizer.js';
export * from './gguf-config.js';
export * from './gguf-dequantize.js';
export * from './gguf-tokenizer.js';
export * from './gguf.js';
export * from './import-gguf.js';
export * from './import-hub.js';
