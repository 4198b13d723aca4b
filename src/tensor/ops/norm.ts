/** Normalisations over the last axis. */
import { sameDim, type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { addRaw, divRaw, mulRaw, subRaw, unary } from '../primitives/elementwise.js';
import { checkDType } from '../primitives/infer.js';
import { reduceRaw, sumTo } from '../primitives/reduce.js';
import { customGradient } from './differentiable.js';

function checkScale(op: string, x: Tensor, ...scales: Tensor[]): void {
  checkDType(op, x, 'float32');
  for (const s of scales) {
    if (s.rank !== 1 || !sameDim(s.shape[0] as Dim, x.shape.at(-1) ?? 0)) {
      throw graphError(op, `the scale is not [${x.shape.at(-1)}]`, { tensors: [x, ...scales] });
    }
  }
}

/** weight x / sqrt(mean(x^2) + epsilon) over the last axis (Zhang and Sennrich, 2019). */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  checkScale('rmsNorm', x, weight);
  const node = x.graph.addNode({
    op: 'SimplifiedLayerNormalization',
    inputs: [x, weight],
    attributes: { axis: { i: -1 }, epsilon: { f: epsilon }, stash_type: { i: 1 } },
    outputs: [
      { dtype: 'float32', shape: x.shape },
      { dtype: 'float32', shape: x.shape.with(x.rank - 1, 1) },
    ],
  });
  const [y, inverse] = node.outputs as [Tensor, Tensor];
  node.vjp ??= ({ dOutputs, needs }) => {
    const dy = dOutputs[0] as Tensor;
    const unit = mulRaw(x, inverse);
    const dyUnit = mulRaw(dy, unit);
    const dx = (): Tensor => {
      const wide = mulRaw(dy, weight);
      const along = reduceRaw('ReduceMean', mulRaw(wide, unit), -1, true);
      return mulRaw(subRaw(wide, mulRaw(unit, along)), inverse);
    };
    return [needs(0) ? dx() : undefined, needs(1) ? sumTo(dyUnit, weight.shape) : undefined];
  };
  return y;
}

/** weight (x - mean) / sqrt(variance + epsilon) + bias over the last axis. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  checkScale('layerNorm', x, weight, bias);
  const stat = { dtype: 'float32' as const, shape: x.shape.with(x.rank - 1, 1) };
  const node = x.graph.addNode({
    op: 'LayerNormalization',
    inputs: [x, weight, bias],
    attributes: { axis: { i: -1 }, epsilon: { f: epsilon }, stash_type: { i: 1 } },
    outputs: [{ dtype: 'float32', shape: x.shape }, stat, stat],
  });
  const [y, center, inverse] = node.outputs as [Tensor, Tensor, Tensor];
  node.vjp ??= ({ dOutputs, needs }) => {
    const dy = dOutputs[0] as Tensor;
    const unit = mulRaw(subRaw(x, center), inverse);
    const dx = (): Tensor => {
      const wide = mulRaw(dy, weight);
      const level = reduceRaw('ReduceMean', wide, -1, true);
      const along = reduceRaw('ReduceMean', mulRaw(wide, unit), -1, true);
      return mulRaw(subRaw(subRaw(wide, level), mulRaw(unit, along)), inverse);
    };
    return [
      needs(0) ? dx() : undefined,
      needs(1) ? sumTo(mulRaw(dy, unit), weight.shape) : undefined,
      needs(2) ? sumTo(dy, bias.shape) : undefined,
    ];
  };
  return y;
}

/** x / sqrt(sum(x^2) + epsilon) over the last axis: rows of length 1. */
export function l2Normalize(x: Tensor, epsilon = 1e-12): Tensor {
  checkDType('l2Normalize', x, 'float32');
  const squares = reduceRaw('ReduceSum', mulRaw(x, x), -1, true);
  const inverse = divRaw(1, unary('Sqrt', addRaw(squares, epsilon)));
  const y = mulRaw(x, inverse);
  const [out] = customGradient([x], [y], ({ dOutputs }) => {
    const dy = dOutputs[0] as Tensor;
    const along = reduceRaw('ReduceSum', mulRaw(dy, y), -1, true);
    return [mulRaw(subRaw(dy, mulRaw(y, along)), inverse)];
  });
  return out as Tensor;
}
