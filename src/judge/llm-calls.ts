/** The calls by which a language model judges pairs: one trace each, or several traces of one query (listwise). */
import { hashJson } from '../core/hash.js';
import type { Problem, Trace } from '../data/index.js';
import type { ChatMessage, ChatRequest, Said } from '../llm/index.js';
import { fillTemplate } from '../models/prompt-text.js';
import type { JudgePrompt } from './llm-prompt.js';
import { listSchema, pairSchema, readVerdict, readVerdicts, type Verdict } from './llm-verdict.js';
import type { QueryCandidates } from './pairs.js';

export interface LlmJudgeSettings {
  /** Name of the model. */
  model: string;
  prompt: JudgePrompt;
  /** Answers asked for each pair; odd. */
  votes: number;
  /** Traces of one call. */
  candidatesPerCall: number;
  /** Longest reply for one trace. */
  maxTokens: number;
  temperature: number;
}

/** One question to the model, asked once a vote. */
export interface JudgeCall {
  problem: Problem & { solution: string };
  traces: readonly Trace[];
  /** Key of the label of each trace: everything that the label depends on. */
  labelKeys: readonly string[];
  /** Made anew each time: the texts of all calls together may be more than fits in memory. */
  request(): ChatRequest;
  /** Verdicts by place in `traces`; a trace about which the reply says nothing clear has none. */
  read(said: Said): (Verdict | undefined)[];
}

/** All calls, query by query. */
export function planCalls(queries: readonly QueryCandidates[], settings: LlmJudgeSettings): JudgeCall[] {
  const { candidatesPerCall: size } = settings;
  return queries.flatMap(({ problem, candidates }) =>
    Array.from({ length: Math.ceil(candidates.length / size) }, (_, i) =>
      callOf(problem, candidates.slice(i * size, (i + 1) * size), settings),
    ),
  );
}

/** The request of one vote. Votes differ by their seed; a single vote has none. */
export function voteRequest(call: JudgeCall, vote: number, { votes }: LlmJudgeSettings): ChatRequest {
  return votes === 1 ? call.request() : { ...call.request(), seed: vote };
}

/** The same question after a reply that could not be read, or says nothing of the references `missing` (from 1) of a list. */
export function askAgain(
  request: ChatRequest,
  said: Said,
  { again, missing }: { again: string; missing: readonly number[] },
): ChatRequest {
  const content = missing.length === 0 ? again : `${again} No verdict was found for reference ${missing.join(', ')}.`;
  const more: ChatMessage[] = [
    { role: 'assistant', content: said.text === '' ? '(nothing)' : said.text }, // some servers refuse an empty message
    { role: 'user', content },
  ];
  return { ...request, messages: [...request.messages, ...more] };
}

function callOf(problem: JudgeCall['problem'], traces: readonly Trace[], settings: LlmJudgeSettings): JudgeCall {
  const { prompt, votes, candidatesPerCall, model } = settings;
  const request = () => requestOf(problem, traces, settings);
  const context = hashJson(['llm-judge', model, votes, request(), prompt.again]);
  return {
    problem,
    traces,
    labelKeys: traces.map((trace) => hashJson([context, problem.id, trace.id])),
    request,
    read: (said) => {
      if (candidatesPerCall === 1) return [readVerdict(said)];
      const verdicts = readVerdicts(said, traces.length);
      return traces.map((_, i) => verdicts.get(i + 1));
    },
  };
}

function requestOf(problem: JudgeCall['problem'], traces: readonly Trace[], settings: LlmJudgeSettings): ChatRequest {
  const { prompt, candidatesPerCall, maxTokens, temperature } = settings;
  const listwise = candidatesPerCall > 1;
  const target = { problem: problem.question, solution: problem.solution, answer: problem.answer };
  const user = listwise
    ? listText(target, traces, prompt)
    : fillTemplate(prompt.pair, { ...target, ...shown(traces[0]) });
  return {
    messages: [
      { role: 'system', content: prompt.system },
      { role: 'user', content: user },
    ],
    promptVersion: prompt.version,
    maxTokens: maxTokens * traces.length,
    temperature,
    jsonSchema: listwise ? listSchema(traces.length) : pairSchema,
  };
}

function listText(target: Record<string, string>, traces: readonly Trace[], prompt: JudgePrompt): string {
  const references = traces
    .map((trace, i) => fillTemplate(prompt.reference, { ...shown(trace), number: String(i + 1) }))
    .join('\n\n');
  return fillTemplate(prompt.list, { ...target, references, count: String(traces.length) });
}

function shown(trace: Trace | undefined): Record<string, string> {
  if (!trace) return {};
  return { reference: trace.question, referenceSolution: trace.trace, referenceAnswer: trace.answer };
}
