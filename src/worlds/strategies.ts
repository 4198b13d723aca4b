/**
 * The eleven strategies of the world: what may be done with three numbers a, b, c. A strategy is the only thing a rule
 * means; its worked solution spells every decision (which pair first, which operators) as a token that can be copied.
 */

export type Operator = '+' | '-' | '*';

/** `Front`: (a o b) o c. `Back`: (b o c) o a. */
export type Order = 'Front' | 'Back';

export interface Strategy {
  /** `front-+-*`: order, first operator, second operator. */
  id: string;
  order: Order;
  first: Operator;
  second: Operator;
}

/** The three numbers of a problem, in the order in which its text names them. */
export type Triple = readonly [a: number, b: number, c: number];

function strategy(order: Order, first: Operator, second: Operator): Strategy {
  return { id: `${order.toLowerCase()}${first}${second}`, order, first, second };
}

/** Pairs that repeat another strategy's result (`Back` with two sums) or leave 0..99 too often are not in the list. */
export const STRATEGIES: readonly Strategy[] = [
  strategy('Front', '+', '+'),
  strategy('Front', '+', '-'),
  strategy('Front', '+', '*'),
  strategy('Front', '-', '+'),
  strategy('Front', '-', '*'),
  strategy('Front', '*', '+'),
  strategy('Front', '*', '-'),
  strategy('Back', '+', '-'),
  strategy('Back', '+', '*'),
  strategy('Back', '*', '+'),
  strategy('Back', '*', '-'),
];

export function applyOperator(operator: Operator, x: number, y: number): number {
  if (operator === '+') return x + y;
  return operator === '-' ? x - y : x * y;
}

/** Both steps of a strategy on a triple: operands, intermediate and final result. */
export interface Working {
  x: number;
  y: number;
  /** x o y. */
  middle: number;
  z: number;
  /** middle o z: the answer. */
  result: number;
}

export function work({ order, first, second }: Strategy, [a, b, c]: Triple): Working {
  const [x, y, z] = order === 'Front' ? [a, b, c] : [b, c, a];
  const middle = applyOperator(first, x, y);
  return { x, y, middle, z, result: applyOperator(second, middle, z) };
}

/** The worked solution: `Back 8 * 3 = 24. Then 24 + 9 = 33. Answer \boxed{33}`. */
export function workedSolution(strategy: Strategy, triple: Triple): string {
  const { x, y, middle, z, result } = work(strategy, triple);
  const { order, first, second } = strategy;
  return `${order} ${x} ${first} ${y} = ${middle}. Then ${middle} ${second} ${z} = ${result}. Answer \\boxed{${result}}`;
}
