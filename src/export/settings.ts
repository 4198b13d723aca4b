/** settings.json of an export: what its Python files read. Keys are Python's. */
import { basename, resolve } from 'node:path';
import { paperSettings, type Config } from '../config/index.js';
import { templateDate } from '../models/index.js';
import { modelFolderOf, type PromptRun } from '../pipeline/index.js';
import { plainFormOf } from './rows.js';

/** What is the same for all arms. */
export interface ExportSettings {
  run: string;
  /** Folder of the model that the prompts were made for. */
  model: string;
  /** Whether `prompt` is one text and no conversation (TRL alone; verl knows conversations only). */
  text_prompts: boolean;
  /** In place of the model's own, where it has none. */
  chat_template: string | null;
  /** What the model's template is given beside the messages. */
  chat_template_kwargs: Record<string, string>;
  /** Thinking that the end of every prompt opens: a response begins inside it. */
  thinking: { open: string; close: string; text: string } | null;
  reward: RewardSettings;
  /** Tokens of the longest prompt. */
  max_prompt_tokens: number;
  group_size: number;
  learning_rate: number;
  max_response_tokens: number;
  temperature: number;
  eval_samples: number;
}

/** How the run judges a response: the request to a verifier says it. */
interface RewardSettings {
  /** `math`, `boxed`, or `module`, which no other verifier can stand for. */
  kind: 'math' | 'boxed' | 'module';
  module: string | null;
  /** The section `math` of the run. */
  math: Omit<Config['math'], 'timeoutMs'>;
}

/** The settings of a run, and what of it the export cannot carry, a sentence each. */
export function settingsOf(run: PromptRun, longest: number): { settings: ExportSettings; limits: string[] } {
  const { config } = run;
  const { chatTemplate, isText } = plainFormOf(run);
  const date = templateDateOf(run);
  const thinking = thinkingOf(run);
  const { groupSize, learningRate, maxResponseTokens, temperature, evalSamples } = paperSettings;
  const stops = [...new Set([...config.generation.stop, ...(config.rl.generation.stop ?? [])])];
  return {
    settings: {
      run: basename(resolve(run.root)),
      model: resolve(modelFolderOf(config)),
      text_prompts: isText,
      chat_template: chatTemplate,
      chat_template_kwargs: date.kwargs,
      thinking: thinking.known,
      reward: rewardOf(config),
      max_prompt_tokens: longest,
      group_size: groupSize,
      learning_rate: learningRate,
      max_response_tokens: maxResponseTokens,
      temperature,
      eval_samples: evalSamples,
    },
    limits: [
      ...date.limits,
      ...thinking.limits,
      ...(stops.length > 0
        ? [`generation.stop: rollouts elsewhere end at the model's own end tokens, not at ${JSON.stringify(stops)}`]
        : []),
      ...(config.warmup.steps > 0
        ? [
            "warmup: the run's arms start from a policy that was warmed up (policy/ of the run); the scripts start from the model",
          ]
        : []),
    ],
  };
}

function rewardOf({ reward, math: { timeoutMs: _timeoutMs, ...math } }: Config): RewardSettings {
  if (reward === 'math' || reward === 'boxed') return { kind: reward, module: null, math };
  return { kind: 'module', module: resolve(reward), math };
}

/** Templates that write a date get that of our prompts, where they take it from outside. */
function templateDateOf({ prompts: { codec, tokenizer } }: PromptRun): {
  kwargs: Record<string, string>;
  limits: string[];
} {
  const source = codec.layout === 'completion' ? '' : (tokenizer.chatTemplate?.source ?? '');
  if (!source.includes('strftime_now')) return { kwargs: {}, limits: [] };
  if (/date_string is (?:not )?defined/.test(source)) return { kwargs: { date_string: templateDate }, limits: [] };
  return {
    kwargs: {},
    limits: [`the chat template writes the date: ${templateDate} in prompts of the run, that of the day elsewhere`],
  };
}

/** Other libraries leave control tokens out of the text that they grade: tags among them never reach a verifier. */
function thinkingOf({ prompts: { codec, tokenizer } }: PromptRun) {
  const { thinking } = codec;
  if (!thinking) return { known: null, limits: [] };
  if (!tokenizer.specialTexts.includes(thinking.close)) return { known: { ...thinking }, limits: [] };
  return {
    known: null,
    limits: [
      `${thinking.close} is a control token: graders elsewhere do not see where thinking ends, so that a box in it counts`,
    ],
  };
}
