/** Prompt layouts as text: where the solved example stands, and in which words problem and solution are put. */
import { shownTraces, type Context } from '../data/context.js';
import type { ChatMessage, ChatTemplate } from './chat-template.js';

/** A problem as prompts see it. */
export interface PromptProblem {
  question: string;
}

/** A solved problem shown before the target. */
export interface Demonstration {
  question: string;
  trace: string;
}

/** What stands in a prompt beside the problem. */
export type PromptContext = Context<Demonstration>;

/**
 * Where the trace stands.
 * - `chat-turn`: an earlier turn of the conversation (user: reference question, assistant: trace), then the target.
 * - `user-turn`: inside the one user message.
 * - `completion`: plain text, problem and solution after each other; for base models.
 */
export type PromptLayout = 'chat-turn' | 'user-turn' | 'completion';

/** How the words of a layout are put; null takes the layout's own. */
export interface PromptTemplates {
  /** System message (chat layouts); null: whatever the chat template does without one. */
  system: string | null;
  /** With {question}. */
  problemTemplate: string | null;
  /** With {trace}. */
  solutionTemplate: string | null;
  /** With {reference}, {trace} and {question}: the whole user message of `user-turn` with a demonstration. */
  referenceTemplate: string | null;
  /** With {question} and {hint}: a question with the beginning of its solution. */
  hintTemplate: string | null;
}

const INSTRUCTION = 'Solve the problem step by step and put the final answer in \\boxed{}.';

/** A question with the beginning of its solution, in every layout. */
const HINT = '{question}\n\nBeginning of a solution: {hint}';

/** The words of each layout where the configuration says nothing. */
export const DEFAULT_TEMPLATES: Record<PromptLayout, { problem: string; solution: string; reference: string }> = {
  'chat-turn': { problem: `{question}\n\n${INSTRUCTION}`, solution: '{trace}', reference: '' },
  'user-turn': {
    problem: `{question}\n\n${INSTRUCTION}`,
    solution: '{trace}',
    reference: `Here is a solved problem.\n\nProblem: {reference}\nSolution: {trace}\n\nNow solve this problem; the same way of reasoning may help.\n\nProblem: {question}\n\n${INSTRUCTION}`,
  },
  completion: { problem: 'Problem: {question}\nSolution:', solution: ' {trace}\n\n', reference: '' },
};

/** Text of a prompt, and what a solution looks like after it. */
export interface PromptText {
  layout: PromptLayout;
  prompt(problem: PromptProblem, context: PromptContext): string;
  /** A worked solution as the model should write it after that prompt, without its ending token. */
  response(solution: string): string;
}

/** Fills `{name}` places; other braces (`\boxed{}`) stay. */
export function fillTemplate(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/** The layout's text functions. Chat layouts need the model's chat template. */
export function promptText(layout: PromptLayout, templates: PromptTemplates, chat?: ChatTemplate): PromptText {
  const { ask, solve, asked } = wordsOf(layout, templates);
  if (layout === 'completion') {
    const example = ({ question, trace }: Demonstration) => ask(question) + solve(trace);
    return {
      layout,
      prompt: (problem, context) => shownTraces(context).map(example).join('') + ask(asked(problem, context)),
      response: (solution) => untilTrace(templates.solutionTemplate ?? DEFAULT_TEMPLATES.completion.solution, solution),
    };
  }
  if (!chat) throw new TypeError(`layout ${layout} needs a chat template`);
  return {
    layout,
    prompt: (problem, context) =>
      chat.render(promptTurns(layout, templates, problem, context), { generationPrompt: true }),
    response: solve,
  };
}

/** A prompt as the messages of a chat layout, the system message first where the templates have one. */
export function promptTurns(
  layout: Exclude<PromptLayout, 'completion'>,
  templates: PromptTemplates,
  problem: PromptProblem,
  context: PromptContext,
): ChatMessage[] {
  const { ask, solve, asked } = wordsOf(layout, templates);
  const system: ChatMessage[] = templates.system === null ? [] : [{ role: 'system', content: templates.system }];
  const user = (content: string): ChatMessage => ({ role: 'user', content });
  const examples = shownTraces(context);
  const question = asked(problem, context);
  if (layout === 'user-turn' && examples.length > 0) {
    const template = templates.referenceTemplate ?? DEFAULT_TEMPLATES[layout].reference;
    return [...system, user(withExamples(template, examples, question))];
  }
  const solved = examples.flatMap((example): ChatMessage[] => [
    user(ask(example.question)),
    { role: 'assistant', content: solve(example.trace) },
  ]);
  return [...system, ...solved, user(ask(question))];
}

/** How a question, a trace and the question of a problem in its context are put. */
function wordsOf(layout: PromptLayout, templates: PromptTemplates) {
  const own = DEFAULT_TEMPLATES[layout];
  return {
    ask: (question: string) => fillTemplate(templates.problemTemplate ?? own.problem, { question }),
    solve: (trace: string) => fillTemplate(templates.solutionTemplate ?? own.solution, { trace }),
    asked: ({ question }: PromptProblem, context: PromptContext) =>
      context.kind === 'hint'
        ? fillTemplate(templates.hintTemplate ?? HINT, { question, hint: context.text })
        : question,
  };
}

/**
 * A user message with solved examples. A template that places one example by {reference} and {trace} places several by repeating what
 * stands between the first and the last of the two.
 */
function withExamples(template: string, examples: readonly Demonstration[], question: string): string {
  const [from, to] = ['{reference}', '{trace}'].map((place) => template.indexOf(place)) as [number, number];
  const start = Math.min(from, to);
  const end = Math.max(from + '{reference}'.length, to + '{trace}'.length);
  // The line that the block begins on belongs to it: "Problem: {reference}".
  const lineStart = template.lastIndexOf('\n', start) + 1;
  const block = template.slice(lineStart, end);
  const filled = examples.map(({ question: reference, trace }) => fillTemplate(block, { reference, trace, question }));
  const before = fillTemplate(template.slice(0, lineStart), { question });
  return before + filled.join('\n\n') + fillTemplate(template.slice(end), { question });
}

/** A solution template up to the end of the trace: what follows it separates problems and is not the model's to say. */
function untilTrace(template: string, trace: string): string {
  const place = template.indexOf('{trace}');
  return place < 0 ? template : template.slice(0, place) + trace;
}
