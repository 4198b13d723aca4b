/** Problems of the embedded world that a person draws or writes, with their answers. */
import { Rng } from '../../core/rng.js';
import { draftPlain, draftProblem, toProblem } from '../../worlds/problems.js';
import { readQuestion } from '../../worlds/reading.js';
import type { Rule, RuleKind } from '../../worlds/rules.js';
import { makeWorld, type WorldOptions } from '../../worlds/world.js';
import type { Problem } from '../../data/types.js';

/** What a drawn problem follows: a rule of a kind, or a strategy told in plain words. */
export const drawnKinds = ['unseen', 'seen', 'textbook', 'plain'] as const satisfies readonly (RuleKind | 'plain')[];
export type DrawnKind = (typeof drawnKinds)[number];

export class DemoWorld {
  private readonly rules: readonly Rule[];

  /** The rules of the run's own world. */
  constructor(options: Partial<WorldOptions>) {
    const none = { trainProblems: 0, tracesPerRule: 0, seenTests: 0, unseenTests: 0, easyTests: 0 };
    this.rules = makeWorld({ ...options, ...none }).rules;
  }

  /** Kinds that the world has. */
  get kinds(): DrawnKind[] {
    return drawnKinds.filter((kind) => kind === 'plain' || this.rules.some((rule) => rule.kind === kind));
  }

  /** The n-th problem of a kind that is drawn here; the same n gives the same problem. */
  draw(kind: DrawnKind, n: number): Problem {
    const rng = Rng.fromSeed(`demo/${kind}/${n}`);
    const rules = this.rules.filter((rule) => rule.kind === kind);
    const draft = kind === 'plain' ? draftPlain(rng) : draftProblem({ rule: rng.fork('rule').pick(rules) }, rng);
    return toProblem(draft, `drawn-${kind}-${n}`);
  }

  /** Answer of a question as it stands; undefined where it is none of this world. */
  answerOf(question: string): string | undefined {
    return readQuestion(question, this.rules)?.answer;
  }
}
