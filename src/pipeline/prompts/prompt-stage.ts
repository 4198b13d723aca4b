/** All prompts of a run looked at before any work: that templates keep what they are made of, and that none is too long. */
import type { Config } from '../../config/index.js';
import type { QueryCandidates } from '../../judge/index.js';
import { checkPrompts, tellingTraces, type PromptSample } from '../../models/index.js';
import { showsTraces } from '../retrieve/contexts.js';
import { guardOf } from '../data/data-sets.js';
import { type Made } from '../data/make-data.js';
import { countOverlong, type LengthReport } from './overlong.js';
import { refuseEndlessResponses } from './response-checks.js';
import type { Prompts } from '../session.js';

/** Stages at which a run may stop before it trains any policy. */
const labelStages: readonly string[] = ['labels', 'retriever'];

/** Problems whose prompts are rendered for a look. */
const LOOKED_AT = 50;

/**
 * Throws `config` where the chat template drops a part of the prompts or nothing ends a response; counts the lengths of all, against every limit. `queries`
 * are the pairs to be labelled, `until` the last stage.
 */
export function checkPromptsOf(
  { config, tokenizer, promptSettings, codecs, lengths }: Prompts & { config: Config },
  data: Pick<Made, 'train' | 'test' | 'corpus' | 'excludeLists'>,
  { queries, until }: { queries: readonly QueryCandidates[]; until: string },
): LengthReport {
  const policies = !labelStages.includes(until);
  if (policies) refuseEndlessResponses(codecs, lengths.limits);
  const byUtility = config.labels.judge === 'utility';
  const shown = policies && config.arms.some(({ train, test }) => showsTraces(train) || showsTraces(test));
  const traces = shown || (byUtility && queries.length > 0) || config.warmup.steps > 0;
  if (policies || traces) checkPrompts(tokenizer, promptSettings, samplesOf(data, traces), { traces });
  return countOverlong({
    config,
    data,
    lengths,
    pairs: byUtility ? queries : [],
    guard: guardOf(data),
    policies,
  });
}

function samplesOf({ train, test, corpus }: Pick<Made, 'train' | 'test' | 'corpus'>, traces: boolean): PromptSample[] {
  const problems = [...train.slice(0, LOOKED_AT), ...test.slice(0, LOOKED_AT)];
  const alone = problems.map((problem) => ({ name: `problem ${problem.id}`, problem }));
  const [first] = problems;
  if (!traces || !first) return alone;
  const shown = tellingTraces(corpus).map((trace) => ({
    name: `trace ${trace.id}`,
    problem: first,
    demonstration: trace,
  }));
  return [...alone, ...shown];
}
