/** Chat templates: the Jinja text of a model folder, rendered to the text the model was tuned on. */
import { Template } from '@huggingface/jinja';
import { RaRftError } from '../core/errors.js';

/** A turn of a conversation. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** What templates that write today's date into the prompt always get instead. */
export const templateDate = '26 Jul 2024';

/** This macro stands before the library's function. */
const FIXED_DATE = `{%- macro strftime_now(format) -%}${templateDate}{%- endmacro -%}`;

/** A parsed chat template. Rendering is pure: the date is fixed, so equal messages give equal text. */
export class ChatTemplate {
  readonly source: string;
  private readonly template: Template;
  private readonly variables: Record<string, unknown>;
  private readonly where: string;

  /** `variables` are what templates may use beside the messages (`bos_token`, `eos_token`). Throws `model` at a syntax error. */
  constructor(source: string, variables: Record<string, unknown>, where = 'chat template') {
    this.source = source;
    this.variables = variables;
    this.where = where;
    try {
      this.template = new Template(source.includes('strftime_now') ? FIXED_DATE + source : source);
    } catch (cause) {
      throw this.failure('the chat template cannot be parsed', cause);
    }
  }

  /** The conversation as text; with `generationPrompt`, up to where the assistant's next turn begins. Throws `model` where the template refuses. */
  render(messages: readonly ChatMessage[], options: { generationPrompt: boolean }): string {
    try {
      return this.template.render({
        ...this.variables,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: options.generationPrompt,
      });
    } catch (cause) {
      const roles = messages.map((m) => m.role).join(', ');
      throw this.failure(`the chat template refused the turns ${roles}`, cause);
    }
  }

  private failure(message: string, cause: unknown): RaRftError {
    return new RaRftError({
      code: 'model',
      message: `${message}: ${cause instanceof Error ? cause.message : String(cause)}`,
      where: this.where,
      expected: 'a template for turns of system, user and assistant',
      hint: 'Choose another prompt.layout (user-turn or completion), or mend the template.',
      cause,
    });
  }
}

/** The template's text in tokenizer_config.json: a string, or a list of named ones of which `default` counts. */
export function templateFromConfig(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.find((entry: unknown) => (entry as { name?: unknown } | null)?.name === 'default') as
    | { template?: unknown }
    | undefined;
  return typeof named?.template === 'string' ? named.template : undefined;
}
