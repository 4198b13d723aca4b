/** The judges of the configuration round by round: each judges what is new, and labels follow from all that was measured so far. */
import {
  decideLabels,
  judgeByTruth,
  judgePairsByLlm,
  measureUtility,
  type Label,
  type ScoredQuery,
} from '../../judge/index.js';
import { withRunPolicy } from '../arms/trained-part.js';
import type { StartPolicy } from '../arms/warmup-stage.js';
import type { DataSets } from '../data/data-sets.js';
import type { Session } from '../session.js';
import type { JudgeRound } from './label-rounds.js';
import { withLlmJudge } from './llm-labels.js';
import { measureSuccess } from './success-labels.js';
import { utilityOptions } from './utility-options.js';

/** `measured`: the folder in which what the policy measures is kept. */
export function roundJudge(session: Session, data: DataSets, policy: StartPolicy, measured: string): JudgeRound {
  const { judge } = session.config.labels;
  if (judge === 'utility') return utilityRounds(session, data, policy, measured);
  const labels: Label[] = [];
  return async (fresh) => {
    const own =
      judge === 'truth' ? judgeByTruth(fresh) : await withLlmJudge(session, (llm) => judgePairsByLlm(fresh, llm));
    labels.push(...own);
    return labels.slice();
  };
}

/** Gains are relative to what else was measured, so every round decides all labels anew. */
function utilityRounds(session: Session, data: DataSets, policy: StartPolicy, measured: string): JudgeRound {
  const { measure, topPositives, baseline, minGain } = session.config.labels;
  const all = new Map<string, ScoredQuery>();
  return async (fresh, round) => {
    const scored =
      measure === 'success'
        ? await measureSuccess(session, fresh, { policy, problems: data.train, measured, round })
        : await withRunPolicy(session, policy.folder, (opened) =>
            measureUtility(fresh, { ...utilityOptions(session, policy, measured), measure, policy: opened }),
          );
    for (const one of scored) all.set(one.query.problem.id, joined(all.get(one.query.problem.id), one));
    return decideLabels([...all.values()], { measure, topPositives, baseline, minGain });
  };
}

function joined(before: ScoredQuery | undefined, { query, scores }: ScoredQuery): ScoredQuery {
  const { problem, candidates, proposed = [] } = query;
  return {
    query: {
      problem,
      candidates: [...(before?.query.candidates ?? []), ...candidates],
      proposed: new Set([...(before?.query.proposed ?? []), ...proposed]),
    },
    scores: [...(before?.scores ?? []), ...scores],
  };
}
