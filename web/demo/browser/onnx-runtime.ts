/** The door to ONNX Runtime for the page: WebAssembly in one thread, which any host may serve, or WebGPU where a person asks for it. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import gpuUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import type { Backend } from '../../../src/export/demo/site.js';
import type { OnnxRuntime } from '../../../src/tensor/onnx-runtime.js';
import { fetchBytes } from './fetch-bytes.js';

export type { InferenceSession, OnnxRuntime, OnnxTensor } from '../../../src/tensor/onnx-runtime.js';

export type { Backend };

let loading: Promise<OnnxRuntime> | undefined;

/** Starts to load ONNX Runtime for a backend; to be called once, before the first session. `read` hears of its bytes. */
export function startRuntime(backend: Backend, read: (bytes: number) => void): void {
  loading = load(backend, read);
  loading.catch(() => {}); // told to who waits for it
}

export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  return loading ?? Promise.reject(new Error('no backend was chosen'));
}

async function load(backend: Backend, read: (bytes: number) => void): Promise<OnnxRuntime> {
  const isWasm = backend === 'wasm';
  const url = new URL(isWasm ? wasmUrl : gpuUrl, import.meta.url).href;
  const [ort, binary] = await Promise.all([
    isWasm ? import('onnxruntime-web/wasm') : import('onnxruntime-web/jspi'),
    fetchBytes(url, read),
  ]);
  ort.env.wasm.numThreads = 1; // more need a host that isolates its pages
  ort.env.wasm.wasmBinary = binary;
  const create = (model: Uint8Array, options: object) =>
    ort.InferenceSession.create(model, { ...options, executionProviders: [backend] });
  return { ...ort, InferenceSession: { create } } as unknown as OnnxRuntime;
}

/** Whether this browser can compute on WebGPU, and suspend WebAssembly while it does. */
export async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
  if (!gpu || !('Suspending' in WebAssembly)) return false;
  return (await gpu.requestAdapter().catch(() => null)) !== null;
}
