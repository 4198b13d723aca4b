/** A prompt of the training whose responses are told token by token: how sure the policy was of what it said when it learnt. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { comparedArms } from '../config/index.js';
import { errorFacts } from '../core/errors.js';
import { readJsonlTolerant } from '../core/jsonl.js';
import { ignoreMissing } from '../core/missing.js';
import type { Problem, Trace } from '../data/index.js';
import { tokenPieces, Tokenizer } from '../models/index.js';
import { modelFolderOf } from '../pipeline/session.js';
import type { GroupRecord, RolloutRecord } from '../rl/index.js';
import type { Block, Example, TokenText } from './blocks.js';
import type { KeptConfig } from './kept-config.js';

/** A line of rollouts, and two of its responses token by token. */
export interface TrainingExample {
  arm: string;
  record: GroupRecord;
  responses: { rollout: RolloutRecord; tokens: TokenText[] }[];
  /** Why there are no tokens. */
  unread?: string;
}

/** Tokens shown of a response; more make the page heavy. */
const MOST_TOKENS = 1000;

/**
 * Chosen by rule: the first prompt of the last recorded step of the compared arm with right and wrong responses (the first of all, where
 * none has both), and of it the first response with the highest reward and the first with the lowest.
 */
export async function readTrainingExample(root: string, config: KeptConfig): Promise<TrainingExample | undefined> {
  const { subject } = comparedArms({ arms: config.arms, eval: config.eval });
  const arm = config.arms.find(({ name }) => name === subject)?.policyOf ?? subject;
  if (arm === undefined) return undefined;
  const folder = join(root, 'rollouts', arm);
  const files = ((await readdir(folder).catch(ignoreMissing)) ?? []).filter((name) => /^\d+\.jsonl$/.test(name));
  const last = files.toSorted().at(-1);
  const record = last === undefined ? undefined : await chosenLine(join(folder, last));
  if (!record) return undefined;
  const rewards = record.rollouts.map(({ reward }) => reward ?? NaN).filter((reward) => !Number.isNaN(reward));
  const firstWith = (wanted: number) => record.rollouts.find(({ reward }) => reward === wanted);
  const chosen = new Set([firstWith(Math.max(...rewards)), firstWith(Math.min(...rewards))]);
  const rollouts = [...chosen].filter((one) => one !== undefined);
  try {
    const tokenizer = await Tokenizer.load(modelFolderOf({ model: { path: config.model } }));
    return { arm, record, responses: rollouts.map((rollout) => ({ rollout, tokens: tokensOf(tokenizer, rollout) })) };
  } catch (error) {
    return { arm, record, responses: [], unread: errorFacts(error).message };
  }
}

/** A last line that is not whole yet is none. */
async function chosenLine(path: string): Promise<GroupRecord | undefined> {
  let first: GroupRecord | undefined;
  for await (const line of readJsonlTolerant(path)) {
    if ('error' in line) break;
    const record = line.value as GroupRecord;
    if (record.replaced) continue;
    first ??= record;
    if (record.signal === 'mixed') return record;
  }
  return first;
}

function tokensOf(tokenizer: Tokenizer, { tokens, logprobs }: RolloutRecord): TokenText[] {
  // The probability of a character that is several tokens is that of all of them.
  return tokenPieces(tokenizer, tokens.slice(0, MOST_TOKENS)).map(({ text, from, to }) => ({
    text,
    probability: Math.exp(logprobs.slice(from, to).reduce((a, b) => a + b, 0)),
  }));
}

/** Nothing where the run has no rollouts. */
export function trainingExampleBlocks({
  trainingExample: found,
  train,
  corpus,
}: {
  trainingExample: TrainingExample | undefined;
  train: readonly Problem[];
  corpus: readonly Trace[];
}): Block[] {
  if (!found) return [];
  const { arm, record, responses, unread } = found;
  const { step, problemId, traceIds } = record;
  const problem = train.find(({ id }) => id === problemId);
  const shown = traceIds.flatMap((id) => corpus.find((trace) => trace.id === id) ?? []);
  const note =
    unread === undefined
      ? 'Of its responses the first with the highest reward and the first with the lowest are shown. The darker a token, the less probable it was to the policy that sampled it; pointing at it tells how probable.'
      : `Its responses cannot be told token by token: ${unread}.`;
  const example: Example = {
    title: `Training problem ${problemId}`,
    question: problem?.question ?? '(not in the training set)',
    answer: problem?.answer ?? '',
    traces: shown.map(({ question, trace }) => ({ heading: 'Trace in the prompt', question, trace })),
    responses: responses.map(({ rollout, tokens }) => ({
      heading: `${arm}: response sampled in step ${step}${cutNote(rollout)}`,
      text: rollout.text,
      tokens,
      verdict: `${rollout.verdict.outcome}: ${rollout.verdict.rule}; reward ${rollout.reward ?? 'none'}`,
      right: rollout.verdict.outcome === 'match',
    })),
  };
  const rule = `From the training of ${arm}: the first prompt of its last recorded step with right and wrong responses, or the first of all. ${note}`;
  return [{ kind: 'tokens', rule, example }];
}

function cutNote({ tokens }: RolloutRecord): string {
  return tokens.length > MOST_TOKENS ? `, the first ${MOST_TOKENS} of its ${tokens.length} tokens` : '';
}
