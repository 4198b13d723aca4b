/** A small judging task whose right verdicts are known, and the server's side of it. */
import type { QueryCandidates } from '../pairs.js';

/** Queries `p0`, `p1`, ... with traces `t0`, `t1`, ... each; the text names the pair, so that a server can tell. */
export function taskQueries(queries: number, candidates: number): QueryCandidates[] {
  return Array.from({ length: queries }, (_, q) => ({
    problem: { id: `p${q}`, question: `target <${q}>`, answer: '1', solution: `solved <${q}>` },
    candidates: Array.from({ length: candidates }, (__, c) => ({
      id: `t${c}`,
      question: `reference [${c}]`,
      trace: `worked [${c}]`,
      answer: '2',
    })),
  }));
}

/** The right verdict on query `q` and candidate `c`. */
export function isRelevant(q: number, c: number): boolean {
  return (q * 7 + c * 3) % 5 < 2;
}

/** Which pairs a prompt asks about. */
export function askedPairs(prompt: string): { q: number; c: number }[] {
  const q = Number(/target <(\d+)>/.exec(prompt)?.[1]);
  return [...prompt.matchAll(/reference \[(\d+)\]/g)].map((match) => ({ q, c: Number(match[1]) }));
}

/** The right reply to a prompt about one pair. */
export function rightReply(prompt: string): string {
  const [pair] = askedPairs(prompt);
  return replyOf(pair !== undefined && isRelevant(pair.q, pair.c));
}

export function replyOf(relevant: boolean): string {
  return JSON.stringify({ justification: 'because', verdict: relevant ? 'yes' : 'no' });
}
