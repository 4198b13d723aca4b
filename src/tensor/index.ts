/** The tensor compiler: typed graphs with symbolic shapes, operators with gradients, ONNX emission, sessions. */
export { addDims, divDims, mulDims, sameShape, showShape, subDims, type Dim, type Shape } from './dims.js';
export { dimOf, Graph, graphError, Tensor, type DType } from './graph.js';
export type { Operand } from './primitives/infer.js';
export {
  abs,
  add,
  cast,
  clip,
  div,
  exp,
  log,
  maximum,
  minimum,
  mul,
  neg,
  sqrt,
  square,
  sub,
} from './ops/arithmetic.js';
export { gelu, relu, sigmoid, silu, swiglu, tanh } from './ops/activation.js';
export { conv1dSame } from './ops/conv.js';
export { customGradient, stopGradient } from './ops/differentiable.js';
export { concat, expand, pad, reshape, slice, split, squeeze, transpose, unsqueeze } from './ops/layout.js';
export {
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  where,
} from './ops/logic.js';
export { linearLowRank, type LowRank } from './ops/low-rank.js';
export { linear, matmul, type LinearOptions, type MatMulOptions } from './ops/matmul.js';
export { l2Normalize, layerNorm, rmsNorm } from './ops/norm.js';
export { cumsum, max, mean, min, sum } from './ops/reduce.js';
export { rotary } from './ops/rotary.js';
export { argmax, embedding, gather, takeAlongAxis, topk } from './ops/select.js';
export { logSoftmax, logSumExp, softmax } from './ops/softmax.js';
export { gradients, type GradientOptions } from './gradients.js';
export {
  compile,
  Program,
  type CompileOptions,
  type Feed,
  type Fetches,
  type TensorData,
  type TypedArray,
} from './program.js';
export { attention, type AttentionPart } from './ops/attention.js';
export { lmHead, type LmHeadOptions, type LmHeadResult } from './lm-head.js';
