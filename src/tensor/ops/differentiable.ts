/** Ways to give an operator its gradient rule. */
import { graphError, type Attributes, type Contribution, type Tensor, type Vjp } from '../graph.js';

/**
 * Attaches the rule of a one-output operator to the node of `y`. `rule(dy, needs)` returns gradients in the order of the
 * node's inputs. Does nothing where the operator turned out to be the identity (`y` is one of `operands`).
 */
export function withGradient(
  y: Tensor,
  operands: readonly unknown[],
  rule: (dy: Tensor, needs: (i: number) => boolean) => readonly (Contribution | undefined)[],
): Tensor {
  if (operands.includes(y)) return y;
  y.node.vjp ??= ({ dOutputs, needs }) => rule(dOutputs[0] as Tensor, needs);
  return y;
}

/** Declares that nothing flows back through `y` (comparisons, integer results). */
export function withoutGradient(y: Tensor): Tensor {
  y.node.vjp ??= () => [];
  return y;
}

/**
 * A part of the graph with a gradient rule of its own, in place of the rules of its operators: returns stand-ins for
 * `results` (computed from `inputs` in any way). `rule` returns the gradients in the order of `inputs`.
 */
export function customGradient(
  inputs: readonly Tensor[],
  results: readonly Tensor[],
  rule: Vjp,
  attributes: Attributes = {},
): Tensor[] {
  const first = inputs[0];
  if (!first) throw graphError('customGradient', 'needs at least one input');
  const outputs = results.map((t) => ({ dtype: t.dtype, shape: t.shape }));
  const node = first.graph.addNode({
    op: '@custom',
    inputs: [...inputs, ...results],
    outputs,
    attributes,
    vjp: rule,
    distinct: true,
  });
  return [...node.outputs];
}

/** The same values, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  const outputs = [{ dtype: x.dtype, shape: x.shape }];
  return x.graph.add({ op: '@custom', inputs: [x], outputs, attributes: { stop: { i: 1 } }, vjp: () => [] });
}
