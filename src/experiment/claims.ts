/** The orderings that the paper claims, as data. `more` is claimed to be above `less`. */
import type { Measured } from './paper.js';

export interface ClaimSpec {
  claim: string;
  /** Where the paper says it; tables by their numbers in docs/reproduce.md. */
  source: string;
  metric: 'accuracy' | 'recall@1';
  more: Measured;
  less: Measured;
}

type Name = Measured['arm'];

function accuracy(claim: string, source: string, more: Name, less: Name): ClaimSpec {
  return { claim, source, metric: 'accuracy', more: { arm: more, at: 'end' }, less: { arm: less, at: 'end' } };
}

function recall(claim: string, source: string, more: Name, less: Name): ClaimSpec {
  return { ...accuracy(claim, source, more, less), metric: 'recall@1' };
}

export const claimSpecs: readonly ClaimSpec[] = [
  accuracy('RA-RFT is above GRPO', 'table 1', 'ra-rft', 'grpo'),
  {
    ...accuracy('GRPO is above the base policy', 'table 1', 'grpo', 'grpo'),
    less: { arm: 'grpo', at: 'start' },
  },
  accuracy('GRPO is above SFT on traces', 'table 1', 'grpo', 'sft'),
  accuracy('RA-SFT is above SFT on traces', 'table 1', 'ra-sft', 'sft'),
  accuracy('RA-RFT is above RA-SFT', 'table 1', 'ra-rft', 'ra-sft'),
  accuracy('GRPO with retrieval at inference only is below GRPO', 'table 1', 'grpo', 'grpo-retrieval-at-test'),
  accuracy('RA-RFT is above OPSD', 'table 1', 'ra-rft', 'opsd'),
  accuracy('RA-RFT is above QuestA', 'table 1', 'ra-rft', 'questa'),
  accuracy('RA-RLOO is above RLOO', 'table 2', 'ra-rloo', 'rloo'),
  accuracy('RA-DAPO is above DAPO', 'table 2', 'ra-dapo', 'dapo'),
  accuracy('a random trace is worse than none', 'tables 1 and 3', 'grpo', 'random-trace'),
  accuracy('the trained retriever is above a random trace', 'table 3', 'ra-rft', 'random-trace'),
  accuracy('single-vector: trained is above untrained', 'table 3', 'single-vector-trained', 'single-vector-untrained'),
  accuracy('late interaction: trained is above untrained', 'table 3', 'ra-rft', 'late-interaction-untrained'),
  accuracy('trained: late interaction is above single-vector', 'table 3', 'ra-rft', 'single-vector-trained'),
  recall('late interaction finds more when trained', 'table 3', 'ra-rft', 'late-interaction-untrained'),
  recall('single-vector finds more when trained', 'table 3', 'single-vector-trained', 'single-vector-untrained'),
  recall('trained: late interaction finds more than single-vector', 'table 3', 'ra-rft', 'single-vector-trained'),
  recall('the trained retriever finds more than chance', 'table 3', 'ra-rft', 'random-trace'),
  {
    claim: 'RA-RFT starts below GRPO, at step 0',
    source: 'Fig. 3',
    metric: 'accuracy',
    more: { arm: 'grpo', at: 'start' },
    less: { arm: 'ra-rft', at: 'start' },
  },
];
