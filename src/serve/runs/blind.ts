/** Pairs put to a person without what anybody says of them; the answers go to a file of the run. */
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { JsonlWriter } from '../../core/jsonl.js';
import { Rng } from '../../core/rng.js';
import {
  drawAudit,
  HUMAN_LABELS,
  PERSON,
  standingAnswers,
  type AuditItem,
  type HumanLabel,
} from '../../judge/index.js';
import type { JudgedRun } from '../../pipeline/index.js';
import { agreementOf, type Judges } from './judged-pairs.js';
import type { BlindState } from './label-schemas.js';
import { personOf } from './read-judges.js';

/** Pairs put to a person: half of them relevant ones, as far as there are; the figures undo that. */
const DRAWN = 200;

/** The same pairs in the same order for everybody, as `ra-rft judge audit --ask 200` draws them. */
export function drawBlind({ labels, problems, corpus }: JudgedRun): AuditItem[] {
  return drawAudit(labels, { problems, traces: corpus }, { count: DRAWN, rng: Rng.fromSeed(1).fork('audit') });
}

/** What a person sees. Pure. */
export function blindState(
  drawn: readonly AuditItem[],
  lines: readonly HumanLabel[],
  { judges }: Pick<Judges, 'judges'>,
  who: string,
): BlindState {
  const answers = standingAnswers(lines, who);
  const answered = new Set(answers.map(({ key }) => key));
  const next = drawn.find(({ key }) => !answered.has(key));
  const last = lastOf(drawn, lines, who);
  const person = personOf(lines, who);
  const others = judges.filter(({ id }) => id !== person.id);
  return {
    next: next ? shown(next) : null,
    done: drawn.filter(({ key }) => answered.has(key)).length,
    of: drawn.length,
    last: last ? { relevant: last.label.relevant, problem: last.item.problem } : null,
    agreements:
      person.labels.length === 0
        ? []
        : others.map((other) => agreementOf(other, person)).filter(({ pairs }) => pairs > 0),
  };
}

/** The line of an answer. Throws `usage` where the pair is none of those that are put to persons. */
export function answerLine(
  drawn: readonly AuditItem[],
  { who, key, relevant }: Pick<HumanLabel, 'who' | 'key' | 'relevant'>,
  time: Date,
): HumanLabel {
  const item = drawn.find((one) => one.key === key);
  if (!item) {
    throw new RaRftError({
      code: 'usage',
      message: 'this pair is none of those that are put to persons',
      where: 'body.key',
      expected: 'the key of the pair that was shown',
      hint: 'The labels of the run may have changed: load the page again.',
    });
  }
  const { problemId, traceId } = item;
  return { problemId, traceId, judge: PERSON, key, relevant, who, time: time.toISOString() };
}

/** The line that takes back the last answer of a person. Throws `usage` where there is none. */
export function undoLine(
  drawn: readonly AuditItem[],
  lines: readonly HumanLabel[],
  who: string,
  time: Date,
): HumanLabel {
  const last = lastOf(drawn, lines, who);
  if (last) return { ...last.label, time: time.toISOString(), undone: true };
  throw new RaRftError({
    code: 'usage',
    message: `${JSON.stringify(who)} has no answer to take back`,
    where: 'body.who',
  });
}

export async function appendHumanLabel(root: string, line: HumanLabel): Promise<void> {
  const writer = await JsonlWriter.open(join(root, HUMAN_LABELS));
  try {
    await writer.append(line);
  } finally {
    await writer.close();
  }
}

/** The last answer of a person that stands, among the pairs that are still put to persons. */
function lastOf(drawn: readonly AuditItem[], lines: readonly HumanLabel[], who: string) {
  const items = new Map(drawn.map((item) => [item.key, item]));
  const label = standingAnswers(lines, who).findLast(({ key }) => items.has(key));
  return label && { label, item: items.get(label.key) as AuditItem };
}

function shown({ key, problem, solution, reference, referenceSolution }: AuditItem): NonNullable<BlindState['next']> {
  return { key, problem, solution, reference, referenceSolution };
}
