/** Prompt layouts as text: where the solved example stands, and in which words problem and solution are put. */
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
}

const INSTRUCTION = 'Solve the problem step by step and put the final answer in \\boxed{}.';

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
  prompt(problem: PromptProblem, demonstration?: Demonstration): string;
  /** A worked solution as the model should write it after that prompt, without its ending token. */
  response(solution: string): string;
}

/** Fills `{name}` places; other braces (`\boxed{}`) stay. */
export function fillTemplate(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/** A prompt as the messages of a chat layout, the system message first where the templates have one. */
export function promptTurns(
  layout: Exclude<PromptLayout, 'completion'>,
  templates: PromptTemplates,
  { question }: PromptProblem,
  demo?: Demonstration,
): ChatMessage[] {
  const own = DEFAULT_TEMPLATES[layout];
  const ask = (text: string) => fillTemplate(templates.problemTemplate ?? own.problem, { question: text });
  const system: ChatMessage[] = templates.system === null ? [] : [{ role: 'system', content: templates.system }];
  const user = (content: string): ChatMessage => ({ role: 'user', content });
  if (!demo) return [...system, user(ask(question))];
  const { question: reference, trace } = demo;
  if (layout === 'user-turn') {
    return [
      ...system,
      user(fillTemplate(templates.referenceTemplate ?? own.reference, { reference, trace, question })),
    ];
  }
  const solved = fillTemplate(templates.solutionTemplate ?? own.solution, { trace });
  return [...system, user(ask(reference)), { role: 'assistant', content: solved }, user(ask(question))];
}

/** The layout's text functions. Chat layouts need the model's chat template. */
export function promptText(layout: PromptLayout, templates: PromptTemplates, chat?: ChatTemplate): PromptText {
  const own = DEFAULT_TEMPLATES[layout];
  const ask = (question: string) => fillTemplate(templates.problemTemplate ?? own.problem, { question });
  const solve = (trace: string) => fillTemplate(templates.solutionTemplate ?? own.solution, { trace });
  if (layout === 'completion') {
    return {
      layout,
      prompt: ({ question }, demo) => (demo ? ask(demo.question) + solve(demo.trace) : '') + ask(question),
      response: (solution) => untilTrace(templates.solutionTemplate ?? own.solution, solution),
    };
  }
  if (!chat) throw new TypeError(`layout ${layout} needs a chat template`);
  return {
    layout,
    prompt: (problem, demo) => chat.render(promptTurns(layout, templates, problem, demo), { generationPrompt: true }),
    response: solve,
  };
}

/** A solution template up to the end of the trace: what follows it separates problems and is not the model's to say. */
function untilTrace(template: string, trace: string): string {
  const place = template.indexOf('{trace}');
  return place < 0 ? template : template.slice(0, place) + trace;
}
