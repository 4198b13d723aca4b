/** docs/glossary.md: the terms of runs/glossary.ts and the metric tables that stand beside the code which logs them. */
import { terms } from '../src/runs/index.js';
import { evalMetricGlossary, gainSuccessGlossary, oneByOneGlossary, traceUseGlossary } from '../src/eval/index.js';
import { auditGlossary, labelMetricGlossary } from '../src/judge/index.js';
import { retrieverMetricGlossary } from '../src/retriever/index.js';
import { stepMetricGlossary } from '../src/rl/index.js';
import { sftMetricGlossary } from '../src/supervised/index.js';

const tables: readonly { title: string; about: string; metrics: Readonly<Record<string, string>> }[] = [
  {
    title: 'Metrics of a step of reinforcement learning',
    about: 'A row of `metrics.jsonl` for each step of each arm (`arm` names it).',
    metrics: stepMetricGlossary,
  },
  {
    title: 'Metrics of a supervised step',
    about: 'A row of `metrics.jsonl` for each step of the warm-up and of arms with the method sft.',
    metrics: sftMetricGlossary,
  },
  {
    title: 'Metrics of the retriever',
    about:
      'Rows of `metrics.jsonl` with the arm `retriever` (`retriever/NAME` where a run trains several): one for each training step, one for each validation.',
    metrics: retrieverMetricGlossary,
  },
  {
    title: 'Figures of an evaluation',
    about:
      'In the report of a run, its `summary.json`, and `eval.json` of `ra-rft eval --policy` (docs/evaluation.md).',
    metrics: evalMetricGlossary,
  },
  {
    title: 'Figures of contexts one by one',
    about: 'In the report of a run with `eval.contexts`, and under `oneByOne` in its `summary.json`.',
    metrics: oneByOneGlossary,
  },
  {
    title: 'Figures of the use of traces',
    about:
      'In the report of a run of which it is known what traces are right, and under `traceUse` in its `summary.json`: at the first and the last evaluation of each arm that is tested with traces.',
    metrics: traceUseGlossary,
  },
  {
    title: 'Figures of labels',
    about: 'In the report of a run, and of `ra-rft judge audit`, `judge stats` and `judge success` (docs/judging.md).',
    metrics: { ...labelMetricGlossary, ...auditGlossary, ...gainSuccessGlossary },
  },
];

export function glossaryMarkdown(): string {
  const lines = [
    '# Glossary',
    '',
    '<!-- Generated from src/runs/glossary.ts and the metric tables in src/ by `npm run docs`. Do not edit. -->',
    '',
    '## Terms',
    '',
    ...terms.map(({ term, meaning, paper }) => `- **${term}**${paper === undefined ? '' : ` (${paper})`}: ${meaning}`),
    '',
  ];
  for (const { title, about, metrics } of tables) {
    lines.push(`## ${title}`, '', about, '', '| metric | meaning |', '| --- | --- |');
    lines.push(
      ...Object.entries(metrics).map(([name, meaning]) => `| \`${name}\` | ${meaning.replaceAll('|', '\\|')} |`),
      '',
    );
  }
  return lines.join('\n');
}
