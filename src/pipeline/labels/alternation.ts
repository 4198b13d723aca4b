/**
 * Labels and warm-up in turns (labels.alternation): a policy that was taught on the surest labels how traces are used measures anew, on
 * the same pairs, which of them help. The last labels count.
 */
import { RaRftError } from '../../core/errors.js';
import type { RoundGrade } from '../../judge/index.js';
import { exampleLengths, superviseModel, type StartPolicy } from '../arms/warmup-stage.js';
import type { DataSets } from '../data/data-sets.js';
import type { Session } from '../session.js';
import { turnSettings, turnStage } from '../warmup-settings.js';
import { labelRound, type RoundLabels, type Turn } from './label-stage.js';
import { confidentProblems, teachingContexts } from './teaching.js';

export interface LabelResult extends RoundLabels {
  /** The policy that has measured them. */
  policy: StartPolicy;
  /** Of every round. */
  grades: RoundGrade[];
}

/** The labels that retrievers are trained on, by the first policy or by one that labels have taught; read where all is done. */
export async function labelPairs(session: Session, data: DataSets, first: StartPolicy): Promise<LabelResult> {
  const rounds = session.config.labels.alternation.times + 1;
  const grades: RoundGrade[] = [];
  let turn: Turn = { round: 1, rounds, name: session.config.labels.policy, policy: first, taught: new Set() };
  for (;;) {
    const made = await labelRound(session, data, turn);
    grades.push(made.grade);
    if (turn.round === rounds) return { ...made, policy: turn.policy, grades };
    turn = { rounds, ...(await warmUpOnLabels(session, data, made, turn.round + 1)) };
  }
}

/** A fresh policy from the model, warmed up on the surest labels. */
async function warmUpOnLabels(
  session: Session,
  data: DataSets,
  made: RoundLabels,
  round: number,
): Promise<Omit<Turn, 'rounds'>> {
  const { config, identities } = session;
  const { alternation } = config.labels;
  const taught = confidentProblems(made.labels, data, alternation, exampleLengths(session));
  if (taught.length === 0) throw nothingToTeach();
  const stage = turnStage(round);
  const inputs = {
    settings: turnSettings(config, identities),
    data: data.fingerprint,
    labels: made.fingerprint,
  };
  const problems = taught.map(({ problem }) => problem);
  const contextOf = teachingContexts(taught, alternation);
  const policy = await superviseModel(session, { stage, inputs, problems, contextOf });
  return { round, name: stage, policy, taught: new Set(problems.map(({ id }) => id)) };
}

function nothingToTeach(): RaRftError {
  return new RaRftError({
    code: 'data',
    message: 'no problem with a solution has a relevant trace that its prompt may show, so labels can teach no policy',
    where: 'labels.alternation',
    expected: 'labels whose relevant traces neither have the answer of the problem nor are too long for it',
    hint: 'labels.alternation.times: 0 takes the labels as they are; labels.excludeSameAnswer: true judges traces that may be shown.',
  });
}
