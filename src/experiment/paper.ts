/**
 * What the paper shows, as data: its tables and figures, row by row with its own figures (Qwen3-1.7B, average@32 in per cent, mean over
 * AIME 2024, AIME 2025, HMMT 2025 and BrUMO 2025 unless said otherwise; arXiv 2606.13680). The figures' numbers are the paper's; the
 * tables are numbered here in the order in which they stand in docs/reproduce.md.
 */
import type { ArmName } from './arms.js';

/** A policy that was evaluated: an arm before its first step, or after its last. */
export interface Measured {
  arm: ArmName;
  at: 'start' | 'end';
}

export interface RowSpec {
  label: string;
  /** Undefined where no preset can run it; `why` says so. */
  of?: Measured;
  why?: string;
  /** The paper's mean accuracy and recall@1, in per cent. */
  paper?: number;
  paperRecall?: number;
}

export interface TableSpec {
  table: number;
  name: string;
  title: string;
  /** Whether recall@1 of the arm's retriever stands beside its accuracy. */
  recall?: true;
  rows: readonly RowSpec[];
}

const end = (arm: ArmName): Measured => ({ arm, at: 'end' });
const start = (arm: ArmName): Measured => ({ arm, at: 'start' });
const oneModel = 'the preset has one model';

export const tableSpecs: readonly TableSpec[] = [
  {
    table: 1,
    name: 'main',
    title: 'Main results',
    rows: [
      { label: 'base policy', of: start('grpo'), paper: 39.6 },
      { label: 'SFT on traces', of: end('sft'), paper: 39.7 },
      { label: 'RA-SFT', of: end('ra-sft'), paper: 40.5 },
      { label: 'GRPO', of: end('grpo'), paper: 43.3 },
      { label: 'GRPO + retrieval at inference only', of: end('grpo-retrieval-at-test'), paper: 37.7 },
      { label: 'OPSD', of: end('opsd') },
      { label: 'QuestA', of: end('questa'), paper: 43.3 },
      { label: 'RA-RFT (GRPO)', of: end('ra-rft'), paper: 47.4 },
    ],
  },
  {
    table: 2,
    name: 'algorithms',
    title: 'Other algorithms',
    rows: [
      { label: 'GRPO', of: end('grpo'), paper: 43.3 },
      { label: 'RA-RFT (GRPO)', of: end('ra-rft'), paper: 47.4 },
      { label: 'RLOO', of: end('rloo'), paper: 41.8 },
      { label: 'RA-RLOO', of: end('ra-rloo'), paper: 45.5 },
      { label: 'DAPO', of: end('dapo'), paper: 42.6 },
      { label: 'RA-DAPO', of: end('ra-dapo'), paper: 44.4 },
    ],
  },
  {
    table: 3,
    name: 'retrievers',
    title: 'Retrievers',
    recall: true,
    rows: [
      { label: 'random trace of the type', of: end('random-trace'), paper: 37.6, paperRecall: 0 },
      { label: 'BM25', of: end('bm25-trace') },
      { label: 'single-vector, untrained', of: end('single-vector-untrained'), paper: 38.5, paperRecall: 2.3 },
      { label: 'single-vector, trained', of: end('single-vector-trained'), paper: 40.5, paperRecall: 14.7 },
      { label: 'late interaction, untrained', of: end('late-interaction-untrained'), paper: 40.7, paperRecall: 7.2 },
      { label: 'late interaction, trained (RA-RFT)', of: end('ra-rft'), paper: 47.4, paperRecall: 43.5 },
      { label: 'oracle', of: end('oracle-trace') },
    ],
  },
  {
    table: 4,
    name: 'train-and-test',
    title: 'Retrieval in training and at the test',
    rows: [
      { label: 'in neither (GRPO)', of: end('grpo'), paper: 43.3 },
      { label: 'at the test only', of: end('grpo-retrieval-at-test'), paper: 37.7 },
      { label: 'in training only', of: end('ra-rft-no-trace-at-test') },
      { label: 'in both (RA-RFT)', of: end('ra-rft'), paper: 47.4 },
    ],
  },
  {
    table: 5,
    name: 'model-size',
    title: 'Second model size',
    rows: [
      { label: 'larger model, base policy', why: oneModel, paper: 60.4 },
      { label: 'larger model, GRPO', why: oneModel, paper: 64.4 },
      { label: 'larger model, RA-RFT (GRPO)', why: oneModel, paper: 67.0 },
    ],
  },
];

export interface FigureSpec {
  figure: number;
  title: string;
  /** Arms whose evaluations are drawn. */
  arms: readonly ArmName[];
  /** Drawn are not curves over steps, but so many of each problem's best traces, one by one. */
  contexts?: number;
}

export const figureSpecs: readonly FigureSpec[] = [
  { figure: 3, title: 'Training curves from step 0', arms: ['grpo', 'ra-rft'] },
  {
    figure: 4,
    title: 'Top-4 contexts one by one',
    arms: ['ra-rft'],
    contexts: 4,
  },
];
