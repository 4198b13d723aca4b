/** What the judgement of mathematical answers takes and gives. */

/** What is looked for in a response: LaTeX, a plain number or expression, or the letter of a choice. */
export type AnswerKind = 'latex' | 'expression' | 'letter';

/** What to look for and how strictly to compare. */
export interface MathOptions {
  /** What is looked for in a response. Default: LaTeX and expressions. */
  kinds?: readonly AnswerKind[];
  /** Places to which a decimal is compared, where one side is a decimal and the other is not. Default 6. */
  decimals?: number;
  /** Whether variable names must agree. Default true. */
  strictNames?: boolean;
  /** Whether a gold interval may equal an inequality in the response. Default true. */
  intervalsMatchInequalities?: boolean;
  /** Whether a box wins over "final answer is". Default true. */
  preferBoxed?: boolean;
  /** Whether to look only after the last `</think>`. Default false; an unfinished `<think>` never holds an answer. */
  afterThinking?: boolean;
}

export interface MathJudgement {
  outcome: 'match' | 'mismatch' | 'no_answer' | 'too_costly' | 'gold_unparseable';
  /** The rule that decided, for a person to read (`exact-number`, `no-box`). */
  rule: string;
  /** The answer found in the response, as written. */
  extracted?: string;
  /** Normal form of the gold answer. */
  goldForm?: string;
  /** Normal form of the response's answer. */
  answerForm?: string;
  /** What was done, in order, a sentence each. */
  steps: string[];
}

/** An answer found in a text. */
export interface FoundAnswer {
  /** The answer, without delimiters. */
  text: string;
  /** The stretch of the response it was found in. */
  raw: string;
  /** The rule that found it (`last-box`, `final-answer`, `hash-marks`). */
  rule: string;
}
