/** Which arm is held against which in summary and report: said by the configuration, never by an arm's name. */
import type { Config } from './schema.js';

export interface ComparedArms {
  /** The arm whose difference to every other one is told. */
  subject: string;
  /** The arm that the headline compares it with. */
  baseline: string;
}

/** The parts of a configuration that decide it; a kept one of an older version may lack keys. */
export interface ComparedConfig {
  arms: readonly Pick<Config['arms'][number], 'name' | 'train' | 'test' | 'policyOf'>[];
  eval?: Partial<Pick<Config['eval'], 'subject' | 'baseline'>>;
}

/**
 * As `eval.subject` and `eval.baseline` say; else the first arm that trains with a context, and the first that has none anywhere. An arm
 * that there is none of gives way to the last and the first.
 */
export function comparedArms({ arms, eval: said = {} }: ComparedConfig): ComparedArms {
  const named = (name: string | null | undefined) => arms.find((arm) => arm.name === name);
  const subject = named(said.subject) ?? arms.find(({ train }) => train !== 'none') ?? arms.at(-1);
  const others = arms.filter((arm) => arm !== subject);
  const plain = others.find(({ train, test }) => train === 'none' && test === 'none');
  const baseline = named(said.baseline) ?? plain ?? others[0] ?? subject;
  return { subject: subject?.name ?? '', baseline: baseline?.name ?? '' };
}
