/** From the data of a run to its report. Pure. */
import { terms as glossary } from '../runs/glossary.js';
import { evalMetricGlossary, oneByOneGlossary, traceUseGlossary } from '../eval/index.js';
import { labelMetricGlossary } from '../judge/index.js';
import { stepMetricGlossary } from '../rl/index.js';
import type { Block, Report, Section } from './blocks.js';
import { contextsByProblemBlocks } from './contexts-by-problem.js';
import { costSection } from './cost.js';
import { examplesSection } from './examples.js';
import { leaksSection } from './leaks.js';
import { oneByOneSection } from './one-by-one.js';
import { curvesSection, resultsSection, retrievalSection, trainingSection } from './results.js';
import type { RunData } from './run-data.js';

/** The whole report; sections for which the run has nothing are left out. */
export function buildReport(data: RunData): Report {
  const training = trainingSection(data);
  const retrieval = retrievalSection(data);
  const byRank = oneByOneSection(data.summary);
  const oneByOne = byRank && { ...byRank, blocks: [...byRank.blocks, ...contextsByProblemBlocks(data)] };
  const sections: (Section | undefined)[] = [
    resultsSection(data),
    warningsSection(data),
    curvesSection(data),
    retrieval,
    oneByOne,
    training,
    examplesSection(data),
    leaksSection(data),
    costSection(data),
    { title: 'Configuration', blocks: [{ kind: 'code', title: 'config.yaml', text: data.configText }] },
    {
      title: 'Glossary',
      blocks: [
        glossaryBlock({
          training: training !== undefined,
          labels: data.labels.length > 0,
          oneByOne: oneByOne !== undefined,
          traceUse: data.summary.traceUse !== undefined,
        }),
      ],
    },
  ];
  return {
    title: `Run ${data.name}${data.unfinished ? ' (not finished)' : ''}`,
    sections: sections.filter((s) => s !== undefined),
  };
}

/** What the run warned of; no section where that is nothing. */
function warningsSection({ warnings }: RunData): Section | undefined {
  if (warnings.length === 0) return undefined;
  const rows = warnings.map(({ where, text }) => [where, text]);
  return {
    title: 'Warnings',
    blocks: [{ kind: 'table', table: { columns: [{ label: 'where' }, { label: 'what' }], rows } }],
  };
}

/** Only the terms that the report uses. */
function glossaryBlock(shown: Record<'training' | 'labels' | 'oneByOne' | 'traceUse', boolean>): Block {
  const general = new Set([
    'arm',
    'seen, unseen',
    'trace',
    'truth',
    'recall@1',
    'labelled-test',
    'words in common',
    'BM25',
    'GRPO',
    'RA-RFT',
    'mixed group',
  ]);
  const { rewardMean, mixedShare, responseTokensMean } = stepMetricGlossary;
  return {
    kind: 'terms',
    terms: [
      ...glossary.filter(({ term }) => general.has(term)),
      ...pairs(evalMetricGlossary),
      ...(shown.oneByOne ? pairs(oneByOneGlossary) : []),
      ...(shown.traceUse ? pairs(traceUseGlossary) : []),
      ...(shown.labels ? pairs(labelMetricGlossary) : []),
      ...(shown.training ? pairs({ rewardMean, mixedShare, responseTokensMean }) : []),
    ],
  };
}

function pairs(metrics: Record<string, string>): { term: string; meaning: string }[] {
  return Object.entries(metrics).map(([term, meaning]) => ({ term, meaning }));
}
