/** How many standard errors a 95 % interval must reach where the spread is known from a handful of values only. */

/** Strips of the integral; the answer is right to three digits and better. */
const strips = 4000;

/**
 * 97.5 % quantile of Student's t with `df` >= 1 degrees of freedom; fractions allowed. With t = sqrt(df) tan(a) the density of a is
 * proportional to cos(a)^(df - 1): the area under it is summed until 95 % lie within -a and a. Throws RangeError below 1.
 */
export function t975(df: number): number {
  if (!(df >= 1)) throw new RangeError(`degrees of freedom must be at least 1, got ${df}`);
  if (df > 10_000) return 1.959964;
  const width = Math.PI / 2 / strips;
  const areas = Float64Array.from({ length: strips }, (_, i) => Math.cos((i + 0.5) * width) ** (df - 1));
  const wanted = 0.95 * areas.reduce((a, b) => a + b, 0);
  let area = 0;
  let strip = 0;
  while (area + areas[strip]! < wanted) area += areas[strip++]!;
  const within = (wanted - area) / areas[strip]!;
  return Math.sqrt(df) * Math.tan((strip + within) * width);
}
