/** Sums as problems, a reward that reads the last box, and what a server that can add says of them. */
import { noContext, type Problem } from '../../../data/index.js';
import { completion, type Behaviour, type SeenRequest } from '../../../llm/testing/scripted-server.js';
import type { SampleTask } from '../types.js';

export const sums: Problem[] = Array.from({ length: 6 }, (_, n) => ({
  id: `s${n}`,
  question: `What is ${n} + 3?`,
  answer: String(n + 3),
}));

export function sumTasks(k: number, problems: readonly Problem[] = sums): SampleTask[] {
  return problems.flatMap((problem) =>
    Array.from({ length: k }, (_, attempt) => ({ set: 'sums', problem, attempt, context: noContext })),
  );
}

/** The sum that a request asks for last, and its seed. */
export function askedOf({ body }: SeenRequest): { sum: number; seed: number } {
  const [, a, b] = /What is (\d+) \+ (\d+)\?(?![\s\S]*What is)/.exec(body.messages?.at(-1)?.content ?? '') ?? [];
  return { sum: Number(a) + Number(b), seed: Number(body['seed']) };
}

/** Right for three seeds of four, after some thinking. */
export function adder(request: SeenRequest): Behaviour {
  const { sum, seed } = askedOf(request);
  const answer = seed % 4 === 0 ? sum + 1 : sum;
  return completion(`<think>Not \\boxed{1}.</think>It is \\boxed{${answer}}.`, {
    usage: { prompt_tokens: 9, completion_tokens: 20 + (seed % 7) },
  });
}
