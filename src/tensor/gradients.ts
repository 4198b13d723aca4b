/** Reverse-mode differentiation on the graph: walks the nodes backwards and adds the nodes of the gradient. */
import { sameShape } from './dims.js';
import { graphError, type Contribution, type Node, type Tensor } from './graph.js';
import { addUp } from './ops/matmul.js';
import { full } from './primitives/layout.js';

export interface GradientOptions {
  /** Gradients of the outputs to start from, in their order; needed unless the output is a scalar (which starts from 1). */
  seeds?: readonly (Tensor | undefined)[];
  /**
   * Running gradients: for a tensor of `wrt` found here, the result is `running + gradient`. Where the gradient is a
   * matrix product the addition happens inside it. The result may be fetched into the buffer that feeds `running`.
   */
  accumulate?: ReadonlyMap<Tensor, Tensor>;
}

/**
 * The gradients of `of` (one scalar, or several tensors with seeds) with respect to `wrt`, in the order of `wrt`.
 * Any tensor may stand in `wrt`. One that `of` does not depend on gets zeros (or its running gradient).
 * Throws `graph` at an operator without a gradient rule, naming it and the model's line.
 */
export function gradients(
  of: Tensor | readonly Tensor[],
  wrt: readonly Tensor[],
  options: GradientOptions = {},
): Tensor[] {
  const outputs = Array.isArray(of) ? (of as readonly Tensor[]) : [of as Tensor];
  const walk = new BackwardWalk(outputs, wrt, options);
  walk.run();
  return wrt.map((t) => walk.result(t) ?? options.accumulate?.get(t) ?? full(t.graph, 0, t.shape));
}

/** One walk from seeds back to `wrt`. */
class BackwardWalk {
  private readonly terms = new Map<Tensor, Contribution[]>();
  private readonly settled = new Map<Tensor, Tensor>();
  private readonly running: ReadonlyMap<Tensor, Tensor>;
  /** Nodes between `wrt` and the outputs, last first, and the tensors whose gradients are needed. */
  private readonly nodes: Node[];
  private readonly wanted: Set<Tensor>;

  constructor(outputs: readonly Tensor[], wrt: readonly Tensor[], { seeds, accumulate }: GradientOptions) {
    this.running = accumulate ?? new Map();
    for (const t of wrt) checkRunning(t, accumulate?.get(t));
    ({ nodes: this.nodes, wanted: this.wanted } = between(outputs, wrt));
    for (const [i, y] of outputs.entries()) {
      const seed = seeds ? seeds[i] : scalarSeed(y);
      if (!seed) continue;
      if (!sameShape(seed.shape, y.shape)) {
        throw graphError('gradients', `seed ${i} has another shape than its output`, { tensors: [seed, y] });
      }
      this.give(y, seed);
    }
  }

  run(): void {
    for (const node of this.nodes) if (node.outputs.some((t) => this.terms.has(t))) this.stepBack(node);
  }

  /** The whole gradient of a tensor, on top of its running one; undefined where nothing reached it. */
  result(t: Tensor): Tensor | undefined {
    const running = this.running.get(t);
    const list = this.terms.get(t);
    if (!list) return undefined;
    return running ? addUp(list, running) : this.settle(t);
  }

  private give(t: Tensor, term: Contribution): void {
    const list = this.terms.get(t);
    if (list) list.push(term);
    else this.terms.set(t, [term]);
  }

  private settle(t: Tensor): Tensor | undefined {
    const list = this.terms.get(t);
    if (!list) return undefined;
    const total = this.settled.get(t) ?? addUp(list);
    this.settled.set(t, total);
    this.terms.set(t, [total]);
    return total;
  }

  private stepBack(node: Node): void {
    if (!node.vjp) {
      throw graphError(node.op, 'has no gradient rule', {
        tensors: node.inputs,
        site: node.site,
        hint: 'Use stopGradient where none is meant to flow.',
      });
    }
    const wants = node.inputs.map((t) => t !== undefined && this.wanted.has(t));
    const dOutputs = node.outputs.map((t) => this.settle(t));
    const terms = node.vjp({ dOutputs, needs: (i) => wants[i] === true });
    for (const [i, term] of terms.entries()) {
      const input = node.inputs[i];
      if (term && input && wants[i]) this.give(input, term);
    }
  }
}

function checkRunning(t: Tensor, running: Tensor | undefined): void {
  if (running && !sameShape(running.shape, t.shape)) {
    throw graphError('gradients', 'the running gradient has another shape than its tensor', { tensors: [t, running] });
  }
}

function scalarSeed(y: Tensor): Tensor {
  if (y.rank !== 0) {
    throw graphError('gradients', 'only a scalar can be differentiated without seeds', { tensors: [y] });
  }
  return y.graph.constant(1);
}

function between(outputs: readonly Tensor[], wrt: readonly Tensor[]): { nodes: Node[]; wanted: Set<Tensor> } {
  const above = new Set<Node>();
  const stack = outputs.map((t) => t.node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (above.has(node)) continue;
    above.add(node);
    for (const t of node.inputs) if (t) stack.push(t.node);
  }
  const wanted = new Set<Tensor>(wrt);
  const nodes: Node[] = [];
  for (const node of [...above].toSorted((a, b) => a.id - b.id)) {
    if (!node.inputs.some((t) => t && wanted.has(t))) continue;
    nodes.push(node);
    for (const t of node.outputs) if (t.dtype === 'float32') wanted.add(t);
  }
  return { nodes: nodes.toReversed(), wanted };
}
