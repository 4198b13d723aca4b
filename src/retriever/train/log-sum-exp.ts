/** log of the sum of exponentials, in double precision; minus infinity for no values. */
export function logSumExp(values: readonly number[]): number {
  const max = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (max === -Infinity) return -Infinity;
  return max + Math.log(values.reduce((sum, v) => sum + Math.exp(v - max), 0));
}
