/** The report's table of the traces that training shows beside those of the test (retriever.crossFit). Pure. */
import type { Summary } from '../eval/index.js';
import type { Block } from './blocks.js';
import { percent } from './numbers.js';

/** A row for each retriever that training prompts take traces of; nothing where the truth tells nothing of them. */
export function trainingTracesBlock({ trainingTraces = [] }: Pick<Summary, 'trainingTraces'>): Block[] {
  if (trainingTraces.length === 0) return [];
  const share = (value: number | undefined) => (value === undefined ? '' : percent(value));
  const rows = trainingTraces.map(({ name, crossFit, right, n }) => [
    name,
    String(crossFit),
    `${share(right.train)} (${n.train})`,
    share(right.withoutCrossFit),
    right.test === undefined ? '' : `${share(right.test)} (${n.test})`,
  ]);
  const numeric = ['encoders', 'right at training', 'by one encoder', 'right at the test'];
  return [
    {
      kind: 'table',
      table: {
        columns: [{ label: 'traces of training' }, ...numeric.map((label) => ({ label, numeric: true }))],
        rows,
      },
      note: 'share of problems whose first trace is right, in per cent, of those that a trace could be right for (their number in brackets); encoders: how many search for the training problems (retriever.crossFit); by one encoder: what the one that is trained on all labels finds for them',
    },
  ];
}
