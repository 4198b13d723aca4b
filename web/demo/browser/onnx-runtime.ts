/** The door to ONNX Runtime for the page: WebAssembly in one thread, which any host may serve, or WebGPU where a person asks for it. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import gpuUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import type { OnnxRuntime } from '../../../src/tensor/onnx-runtime.js';

export type { InferenceSession, OnnxRuntime, OnnxTensor } from '../../../src/tensor/onnx-runtime.js';

export type Backend = 'wasm' | 'webgpu';

let backend: Backend = 'wasm';
let loading: Promise<OnnxRuntime> | undefined;

/** Which backend computes; to be called before the first session. */
export function chooseBackend(chosen: Backend): void {
  backend = chosen;
}

/** Whether this browser can compute on WebGPU, and suspend WebAssembly while it does. */
export async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
  if (!gpu || !('Suspending' in WebAssembly)) return false;
  return (await gpu.requestAdapter().catch(() => null)) !== null;
}

export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  return (loading ??= load(backend));
}

async function load(provider: Backend): Promise<OnnxRuntime> {
  const ort = provider === 'webgpu' ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1; // more need a host that isolates its pages
  ort.env.wasm.wasmPaths = { wasm: provider === 'webgpu' ? gpuUrl : wasmUrl };
  const create = (model: Uint8Array, options: object) =>
    ort.InferenceSession.create(model, { ...options, executionProviders: [provider] });
  return { ...ort, InferenceSession: { create } } as unknown as OnnxRuntime;
}
