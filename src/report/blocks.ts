/** What a report is made of, before it becomes HTML or Markdown. */

export interface ReportTable {
  columns: readonly { label: string; numeric?: boolean }[];
  rows: readonly (readonly string[])[];
}

/** One line of a chart: values by step, with their interval where there is one. */
export interface Series {
  name: string;
  points: readonly { x: number; y: number; low?: number; high?: number }[];
}

export interface Chart {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
}

/** A problem with what stood in its prompt and what the policy said. */
export interface Example {
  title: string;
  question: string;
  answer: string;
  /** Traces, each with a heading and where it differs from what was asked for. */
  traces: readonly { heading: string; question: string; trace: string }[];
  responses: readonly ExampleResponse[];
}

export interface ExampleResponse {
  heading: string;
  text: string;
  /** The same token by token, where that is known. */
  tokens?: readonly TokenText[];
  verdict: string;
  right: boolean;
}

export interface TokenText {
  text: string;
  /** Under the policy that sampled it, in [0, 1]. */
  probability: number;
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'table'; table: ReportTable; note?: string }
  | { kind: 'chart'; chart: Chart; note?: string }
  | { kind: 'example'; example: Example }
  /** An example with tokens that are shaded, which HTML alone shows. */
  | { kind: 'tokens'; rule: string; example: Example }
  | { kind: 'code'; title: string; text: string }
  | { kind: 'terms'; terms: readonly { term: string; meaning: string }[] };

export interface Section {
  title: string;
  blocks: readonly Block[];
}

export interface Report {
  title: string;
  sections: readonly Section[];
}
