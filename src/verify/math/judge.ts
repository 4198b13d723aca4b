/** Judges a response against a gold answer. */
import { equals, parseNumberText } from '../../data/index.js';
import { extractAnswers } from './extract.js';
import type { MathJudgement, MathOptions } from './types.js';

/** Judges one response. Pure and synchronous; never throws; guarded in size, but not timed. */
export function judgeAnswer(gold: string, response: string, options: MathOptions = {}): MathJudgement {
  const problem = goldProblem(gold, options);
  if (problem !== undefined) return { outcome: 'gold_unparseable', rule: 'gold-empty', steps: [problem] };
  const found = extractAnswers(response, options)[0];
  if (!found) return { outcome: 'no_answer', rule: 'nothing-found', steps: ['no answer was found'] };
  const [a, b] = [parseNumberText(gold), parseNumberText(found.text)];
  const same = a && b ? equals(a, b) : gold.trim() === found.text.trim();
  return {
    outcome: same ? 'match' : 'mismatch',
    rule: same ? 'exact-number' : 'different',
    extracted: found.text,
    goldForm: gold.trim(),
    answerForm: found.text.trim(),
    steps: [`found by ${found.rule}`],
  };
}

/** Why a gold answer cannot be judged against; undefined where it can. */
export function goldProblem(gold: string, _options: MathOptions = {}): string | undefined {
  return gold.trim() === '' ? 'the gold answer is empty' : undefined;
}
