/** Options under the names that Math-Verify gives them, as files of cases carry them. */
import { z } from 'zod';
import type { AnswerKind, MathOptions } from './math/index.js';

const kindsOf: Readonly<Record<string, readonly AnswerKind[]>> = {
  latex: ['latex'],
  expr: ['expression'],
  string: ['letter'],
  // Cases that were given as expressions of a library are written in LaTeX.
  sympy: ['latex', 'expression'],
};

/** The `config` of a line; docs/verifier.md has the table. */
export const mathVerifyConfigSchema = z.strictObject({
  extract: z
    .array(z.enum(['latex', 'expr', 'string', 'sympy']))
    .min(1)
    .optional(),
  precision: z.int().min(0).optional(),
  strict: z.boolean().optional(),
  allow_set_relation_comp: z.boolean().optional(),
  boxed_match_priority: z.number().optional(),
});

export type MathVerifyConfig = z.output<typeof mathVerifyConfigSchema>;

/** Our options for Math-Verify's; what a config leaves out keeps our default. */
export function optionsOfMathVerify(config: MathVerifyConfig): MathOptions {
  const options: MathOptions = {};
  const { extract, precision, strict, allow_set_relation_comp: intervals, boxed_match_priority: priority } = config;
  if (extract) options.kinds = [...new Set(extract.flatMap((name) => kindsOf[name] ?? []))];
  if (precision !== undefined) options.decimals = precision;
  if (strict !== undefined) options.strictNames = strict;
  if (intervals !== undefined) options.intervalsMatchInequalities = intervals;
  // There a lower number is tried earlier, and "the final answer is" stands below 50.
  if (priority !== undefined) options.preferBoxed = priority >= 0 && priority < 50;
  return options;
}
