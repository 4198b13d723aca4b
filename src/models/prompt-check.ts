/**
 * What a chat template leaves out. Templates may ignore a system message, drop earlier turns or cut `<think>...</think>` out of
 * them, all without a word: a run would then train on other prompts than it says.
 */
import { RaRftError } from '../core/errors.js';
import { showing } from '../data/context.js';
import type { Demonstration, PromptLayout, PromptProblem } from './prompt-text.js';
import { PromptCodec, type PromptSettings } from './prompt.js';
import { THINK } from './thinking.js';
import type { Tokenizer } from './tokenizer.js';

/** Texts that stand in nothing else, one for each part of a prompt. */
const PROBE = {
  system: 'ra-rft system probe 3141',
  problem: { question: 'ra-rft question probe 2718' },
  demonstration: { question: 'ra-rft reference probe 1414', trace: 'ra-rft trace probe 1732' },
};

/** A prompt to look at, with a name for messages. */
export interface PromptSample {
  name: string;
  problem: PromptProblem;
  demonstration?: Demonstration | undefined;
}

/**
 * Renders a probe and all samples, and throws `config` where a part of one is missing in the text, naming it and the layouts that
 * keep it. Blanks are not compared. `traces` false: prompts carry no trace, so only system message and question are looked at.
 */
export function checkPrompts(
  tokenizer: Tokenizer,
  settings: PromptSettings,
  samples: readonly PromptSample[],
  { traces }: { traces: boolean },
): void {
  const probe: PromptSample = {
    name: 'a probe',
    problem: PROBE.problem,
    demonstration: traces ? PROBE.demonstration : undefined,
  };
  const probing = settings.system == null ? settings : { ...settings, system: PROBE.system };
  const looks = [
    { own: probing, looked: [probe] },
    { own: settings, looked: samples },
  ];
  for (const { own, looked } of looks) {
    const codec = new PromptCodec(tokenizer, own);
    const bad = looked.find((sample) => missingParts(codec, own, sample).length > 0);
    if (bad) throw dropped(tokenizer, codec, own, bad);
  }
}

function dropped(tokenizer: Tokenizer, codec: PromptCodec, own: PromptSettings, sample: PromptSample): RaRftError {
  const [missing] = missingParts(codec, own, sample);
  return new RaRftError({
    code: 'config',
    message: `the ${codec.layout === 'completion' ? 'layout' : 'chat template'} drops ${missing}: it does not stand in the prompt (${sample.name}, layout ${codec.layout})`,
    where: missing === 'the system message' ? 'prompt.system' : 'prompt.layout',
    expected: 'prompts that hold all that they are made of',
    hint: hintOf(tokenizer, own, sample, codec.layout),
  });
}

/** Traces that show most of what templates do to them: those with thinking first, then some from all over the corpus. */
export function tellingTraces<T extends Demonstration>(traces: readonly T[], count = 100): T[] {
  const thinking = traces.filter(({ trace }) => trace.includes(THINK.open) || trace.includes(THINK.close));
  const step = Math.max(1, Math.floor(traces.length / count));
  const spread = traces.filter((_, i) => i % step === 0);
  return [...new Set([...thinking.slice(0, count), ...spread.slice(0, count)])];
}

/** The parts of a prompt that do not stand in its text. */
function missingParts(codec: PromptCodec, { system }: PromptSettings, sample: PromptSample): string[] {
  const text = withoutBlanks(codec.promptText(sample.problem, showing(sample.demonstration)));
  const parts: [string, string | null | undefined][] = [
    ['the system message', system],
    ["the trace's question", sample.demonstration?.question],
    ['thinking in the trace', thinkingOf(sample.demonstration?.trace)],
    ['the trace', sample.demonstration?.trace],
    ['the question', sample.problem.question],
  ];
  return parts.flatMap(([name, part]) => (part != null && !text.includes(withoutBlanks(part)) ? [name] : []));
}

/** What stands between the tags of a trace's thinking. */
function thinkingOf(trace: string | undefined): string | undefined {
  return trace === undefined ? undefined : /<think>([^]*?)<\/think>/.exec(trace)?.[1];
}

function hintOf(tokenizer: Tokenizer, settings: PromptSettings, sample: PromptSample, own: PromptLayout): string {
  const others = (['chat-turn', 'user-turn', 'completion'] as const).filter(
    (layout) => layout !== own && keeps(tokenizer, { ...settings, layout }, sample),
  );
  const texts = 'prompt.problemTemplate can hold what the system message says';
  if (others.length === 0) return `No other layout keeps it; ${texts}, and traces can be written without tags.`;
  return `It stands in the prompt with prompt.layout: ${others.join(' or ')}.`;
}

function keeps(tokenizer: Tokenizer, settings: PromptSettings, sample: PromptSample): boolean {
  try {
    return missingParts(new PromptCodec(tokenizer, settings), settings, sample).length === 0;
  } catch {
    return false; // the layout does not take these settings, or the template refuses its turns
  }
}

function withoutBlanks(text: string): string {
  return text.replace(/\s+/g, '');
}
