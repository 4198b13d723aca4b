/** The only door to ONNX Runtime: whoever loads it comes through here, and finds its telemetry turned off. */
import { turnOffOnnxTelemetry } from '../config/onnx-telemetry.js';

export type OnnxRuntime = typeof import('onnxruntime-node');
export type { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';

let loading: Promise<OnnxRuntime> | undefined;

/** ONNX Runtime in this thread. */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  return (loading ??= turnOffOnnxTelemetry().then(() => import('onnxruntime-node')));
}
