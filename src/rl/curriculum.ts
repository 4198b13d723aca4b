/** The order of a curriculum: the easiest problems first, by the measured success of the policy that is trained. */
import type { Problem } from '../data/types.js';

/**
 * Rank of a problem in an epoch by the share of right responses before training, the smallest first: from nearly always right to nearly
 * never; then problems whose success could not be measured; then those never solved, which the policy may have learnt to solve by then;
 * last those always solved. The last two carry no gradient at the start, since their responses are all alike.
 */
export function easyFirst(successOf: (problem: Problem) => number | undefined): (problem: Problem) => number {
  return (problem) => {
    const success = successOf(problem);
    if (success === undefined) return 1;
    if (success <= 0) return 2;
    return success >= 1 ? 3 : 1 - success;
  };
}
