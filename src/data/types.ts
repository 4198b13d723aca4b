/** The words of the data: problems to be solved, traces to learn from. */

/** A problem whose answer can be verified. */
export interface Problem {
  id: string;
  question: string;
  /** The gold answer, bare (no surrounding `$`, no box). */
  answer: string;
  /** Coarse type; relevance labels are only sought between a problem and traces of its type. */
  type?: string;
  /** A right worked solution, where there is one (labels by measured utility and supervised warm-up need it). */
  solution?: string;
  source?: string;
  /** Facts only used to grade labels and retrievers (a world's rule, an equation template). Never trained on. */
  truth?: string;
  /** Split of an evaluation set (`seen`, `unseen`); averages are reported for each. Training takes no problem of `unseen`. */
  split?: string;
}

/** A solved problem, written to be learnt from. */
export interface Trace {
  id: string;
  question: string;
  /** The worked reasoning, ending in its boxed answer. */
  trace: string;
  answer: string;
  type?: string;
  source?: string;
  /** As in {@link Problem.truth}. */
  truth?: string;
  /** As in {@link Problem.split}: a trace of split `unseen` never takes part in labelling or training (`TraceGuard.mayTeach`). */
  split?: string;
}
