/**
 * Prompts as token ids. A prompt is tokenised whole, as the model would meet it, and only then cut into the part that
 * all problems with the same demonstration share and the rest, so that the cut never changes a token.
 */
import { RaRftError } from '../core/errors.js';
import { noContext, showing, shownTraces } from '../data/context.js';
import { LiteralText } from './literal-text.js';
import {
  promptText,
  type PromptContext,
  type PromptLayout,
  type PromptProblem,
  type PromptTemplates,
  type PromptText,
} from './prompt-text.js';
import {
  afterOpenedThinking,
  openedThinking,
  thinkingTags,
  withOpenedThinking,
  type OpenedThinking,
} from './thinking.js';
import type { Tokenizer, Tokens } from './tokenizer.js';

/** The prompt section of a configuration, plus what ends a response. */
export interface PromptSettings extends Partial<PromptTemplates> {
  /** `auto`: chat-turn for models with a chat template, else completion. */
  layout: PromptLayout | 'auto';
  /** Texts of single tokens that end a response, beside the model's own end tokens. */
  stop?: readonly string[];
  /** Configuration key that names them, for errors. */
  stopKey?: string;
  /** End tokens of the model's config (`DecoderConfig.eosIds`), beside the tokenizer's own. */
  eosIds?: readonly number[];
}

/** A prompt in two parts: `prefix` followed by `rest` is exactly the prompt. */
export interface SplitPrompt {
  /** System message and demonstration: the same for every problem shown with this demonstration. */
  prefix: Tokens;
  rest: Tokens;
}

/** First characters of every kind a question may begin with: tokens before which a cut holds whatever follows. */
const PROBES = ['A', 'a', '7', '$', '(', '\n', ' ', 'é', '中', ''];
const CACHED_PREFIXES = 1024;

/** Turns problems into tokens and tokens into text; one for each model and configuration. */
export class PromptCodec {
  readonly layout: PromptLayout;
  /** Ids that end a response. */
  readonly stopTokens: readonly number[];
  /** Thinking that every prompt ends in; undefined where the chat template opens none. */
  readonly thinking: OpenedThinking | undefined;
  private readonly tokenizer: Tokenizer;
  private readonly literal: LiteralText;
  private readonly text: PromptText;
  private readonly endIds: readonly number[];
  private readonly prefixes = new Map<string, Tokens>();

  /**
   * Throws `config` where a chat layout is asked of a model without chat template, a stop text is not one token,
   * or a template lacks its place.
   */
  constructor(tokenizer: Tokenizer, settings: PromptSettings) {
    const { system = null, problemTemplate = null, solutionTemplate = null, referenceTemplate = null } = settings;
    const { hintTemplate = null } = settings;
    this.tokenizer = tokenizer;
    this.layout = settings.layout === 'auto' ? (tokenizer.chatTemplate ? 'chat-turn' : 'completion') : settings.layout;
    if (this.layout !== 'completion' && !tokenizer.chatTemplate) {
      throw new RaRftError({
        code: 'config',
        message: `layout ${this.layout} needs a chat template, and this model has none`,
        where: 'prompt.layout',
        expected: 'completion or auto',
        hint: 'Base models take the completion layout.',
      });
    }
    refuseUnused(this.layout, { system, referenceTemplate });
    requirePlace('problemTemplate', problemTemplate, '{question}');
    requirePlace('solutionTemplate', solutionTemplate, '{trace}');
    for (const place of ['{reference}', '{trace}', '{question}'])
      requirePlace('referenceTemplate', referenceTemplate, place);
    for (const place of ['{question}', '{hint}']) requirePlace('hintTemplate', hintTemplate, place);
    this.text = promptText(
      this.layout,
      { system, problemTemplate, solutionTemplate, referenceTemplate, hintTemplate },
      tokenizer.chatTemplate,
    );
    this.literal = new LiteralText(tokenizer, thinkingTags);
    this.thinking = openedThinking(afterQuestion(this.text));
    const stops = (settings.stop ?? []).map((text) =>
      tokenizer.singleToken(text, settings.stopKey ?? 'generation.stop'),
    );
    const ends = this.layout === 'completion' ? [] : turnEnds(tokenizer);
    const own = tokenizer.eosId === undefined ? [] : [tokenizer.eosId];
    this.endIds = [...ends, ...own, ...(settings.eosIds ?? [])];
    this.stopTokens = [...new Set([...stops, ...this.endIds])];
  }

  /** Prompt of a problem with its context; traces stand first. */
  prompt(problem: PromptProblem, context: PromptContext = noContext): Tokens {
    return this.encode(this.protectedText(problem, context));
  }

  /** The prompt as text, as the layout and the chat template render it. */
  promptText(problem: PromptProblem, context: PromptContext = noContext): string {
    return this.literal.restore(this.protectedText(problem, context));
  }

  /** The same prompt with the part shared by all problems of these traces (or of none) cut off. */
  split(problem: PromptProblem, context: PromptContext = noContext): SplitPrompt {
    const whole = this.prompt(problem, context);
    const cut = commonLength(whole, this.sharedPrefix(context));
    return { prefix: whole.slice(0, cut), rest: whole.slice(cut) };
  }

  /** A worked solution as the policy should say it after the prompt, ending in a stop token. */
  response(solution: string): Tokens {
    const said = this.thinking ? afterOpenedThinking(solution, this.thinking) : solution;
    const ids = this.literal.encode(this.text.response(this.literal.protect(said, 'trace')));
    const end = this.endIds[0];
    if (end === undefined || this.stopTokens.includes(ids.at(-1) ?? -1)) return ids;
    return Int32Array.from([...ids, end]);
  }

  /**
   * Text of a response, control tokens left out: what a verifier reads. Thinking that the prompt opened stands before it, so that a
   * response which breaks off in it is known to hold no answer yet.
   */
  decode(tokens: Tokens): string {
    const said = this.tokenizer.decode(tokens, { keep: thinkingTags });
    return this.thinking ? withOpenedThinking(said, this.thinking) : said;
  }

  private protectedText({ question }: PromptProblem, context: PromptContext): string {
    return this.text.prompt({ question: this.literal.protect(question, 'question') }, this.protectedContext(context));
  }

  private protectedContext(context: PromptContext): PromptContext {
    const protect = (text: string, part: 'question' | 'trace') => this.literal.protect(text, part);
    if (context.kind === 'hint') return { kind: 'hint', text: protect(context.text, 'trace') };
    const traces = shownTraces(context).map(({ question, trace }) => ({
      question: protect(question, 'question'),
      trace: protect(trace, 'trace'),
    }));
    return showing(...traces);
  }

  /** Chat templates write their own begin token; a plain text gets the tokenizer's. */
  private encode(text: string): Tokens {
    const ids = this.literal.encode(text);
    return this.layout === 'completion' ? Int32Array.from([...this.tokenizer.prefixIds, ...ids]) : ids;
  }

  private sharedPrefix(context: PromptContext): Tokens {
    const key =
      context.kind === 'traces' ? JSON.stringify(context.traces.map((t) => [t.question, t.trace])) : context.kind;
    const known = this.prefixes.get(key);
    if (known) return known;
    const [first, ...others] = PROBES.map((question) => this.prompt({ question }, context));
    const shared = others.reduce((prefix, other) => prefix.subarray(0, commonLength(prefix, other)), first!);
    if (this.prefixes.size >= CACHED_PREFIXES) this.prefixes.clear();
    this.prefixes.set(key, shared);
    return shared;
  }
}

/** Control tokens that the chat template writes right after an assistant's words: the end of its turn. */
function turnEnds(tokenizer: Tokenizer): number[] {
  const content = 'ra-rft';
  const turns = [{ role: 'user', content: 'q' } as const, { role: 'assistant', content } as const];
  const text = tokenizer.chatTemplate?.render(turns, { generationPrompt: false }) ?? '';
  const at = text.lastIndexOf(content);
  const first = at < 0 ? undefined : tokenizer.encode(text.slice(at + content.length))[0];
  return first !== undefined && tokenizer.specialIds.has(first) ? [first] : [];
}

/** What every prompt says after its question. */
function afterQuestion(text: PromptText): string {
  const question = 'ra-rft-question';
  const prompt = text.prompt({ question }, noContext);
  return prompt.slice(prompt.lastIndexOf(question) + question.length);
}

/** Settings that a layout has no place for would vanish without a word. */
function refuseUnused(layout: PromptLayout, given: { system: string | null; referenceTemplate: string | null }): void {
  const places = { system: ['chat-turn', 'user-turn'], referenceTemplate: ['user-turn'] } as const;
  for (const [key, layouts] of Object.entries(places) as [keyof typeof places, readonly PromptLayout[]][]) {
    if (given[key] === null || layouts.includes(layout)) continue;
    throw new RaRftError({
      code: 'config',
      message: `the layout ${layout} has no place for prompt.${key}: it would not stand in any prompt`,
      where: `prompt.${key}`,
      expected: `null, or prompt.layout: ${layouts.join(' or ')}`,
      hint: key === 'system' ? 'In a completion, instructions go into prompt.problemTemplate.' : undefined,
    });
  }
}

function requirePlace(key: string, template: string | null, place: string): void {
  if (template === null || template.includes(place)) return;
  throw new RaRftError({
    code: 'config',
    message: `the template ${JSON.stringify(template.slice(0, 60))} has no ${place}`,
    where: `prompt.${key}`,
    expected: `a text with ${place}`,
  });
}

/** Number of equal tokens at the start of both. */
function commonLength(a: Tokens, b: Tokens): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}
