/**
 * Gradient checkpointing (Chen et al., 2016): a part of the model whose inner tensors are thrown away after the forward
 * pass and computed again for the backward pass. It saves memory for about a third more work, and only because the order
 * of execution is forced: the second computation waits for the gradient that needs it, and the gradient of the part's
 * inputs waits for the gradients of its weights, so that one part is finished before the part below begins.
 */
import { gradientTerms, IN_ORDER } from './gradients.js';
import { graphError, type Tensor } from './graph.js';
import { customGradient } from './ops/differentiable.js';
import { addUp } from './ops/matmul.js';
import { after } from './primitives/order.js';

/**
 * `build(inputs)`, checkpointed. `build` is called now and once more for each gradient, with other tensors of the same
 * shapes: it must depend on nothing differentiable but `inputs` and `weights`. `weights` are the parameters it uses;
 * give their running gradients to `gradients` (`accumulate`), else the weights' gradients are kept to the end.
 */
export function checkpoint(
  inputs: readonly Tensor[],
  weights: readonly Tensor[],
  build: (inputs: readonly Tensor[]) => Tensor[],
): Tensor[] {
  if (inputs.length === 0) throw graphError('checkpoint', 'needs at least one input');
  return customGradient(
    [...inputs, ...weights],
    build(inputs),
    ({ dOutputs, needs }) => {
      const seeds = dOutputs.filter((t) => t !== undefined);
      const again = inputs.map((t) => after(t, seeds));
      const wrt = [...again, ...weights].map((t, i) => (needs(i) ? t : undefined));
      const terms = gradientTerms(
        build(again),
        wrt.filter((t) => t !== undefined),
        dOutputs,
      ).values();
      return wrt.map((t) => {
        if (!t) return undefined;
        const list = terms.next().value ?? [];
        return list.length > 1 ? addUp(list) : list[0];
      });
    },
    IN_ORDER,
  );
}
