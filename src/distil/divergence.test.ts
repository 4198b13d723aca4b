/** Against the papers' definition and the authors' own function; scripts/golden/opsd.py made the numbers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { distilled, type Divergence } from './divergence.js';

interface Peer {
  loss: number;
  divergence: number;
  logitGradient: number[][];
}

const golden = JSON.parse(readFileSync(new URL('./testing/golden.json', import.meta.url), 'utf8')) as {
  studentLogprobs: number[][];
  teacherLogprobs: number[][];
  cases: (Divergence & { topK: number; definition: Peer; opsd: Peer })[];
};
const { studentLogprobs, teacherLogprobs } = golden;
const positions = studentLogprobs.length;

/** Of the teacher's `topK` most likely tokens, or of all. */
function sides(topK: number) {
  if (topK === 0)
    return {
      student: { logprobs: Float32Array.from(studentLogprobs.flat()) },
      teacher: { logprobs: Float32Array.from(teacherLogprobs.flat()) },
    };
  const ids = Int32Array.from(
    teacherLogprobs.flatMap((row) => [...row.keys()].toSorted((a, b) => row[b]! - row[a]!).slice(0, topK)),
  );
  const of = (rows: number[][]) => Float32Array.from(ids, (id, i) => rows[Math.floor(i / topK)]![id]!);
  return { student: { ids, logprobs: of(studentLogprobs) }, teacher: { ids, logprobs: of(teacherLogprobs) } };
}

/** What an engine makes of slopes c: c at their tokens, less their sum times p. */
function logitGradient({ ids, slopes }: { ids?: Int32Array; slopes: Float32Array }): number[][] {
  const k = slopes.length / positions;
  return studentLogprobs.map((row, t) => {
    const own = slopes.subarray(t * k, (t + 1) * k);
    const sum = own.reduce((a, b) => a + b, 0);
    const out = row.map((logp) => -Math.exp(logp) * sum);
    for (const [i, c] of own.entries()) out[ids ? ids[t * k + i]! : i]! += c;
    return out;
  });
}

describe.each(golden.cases)('$kind, beta $beta, top $topK, clip $clip', ({ topK, definition, opsd, ...divergence }) => {
  const { student, teacher } = sides(topK);
  const own = distilled(student, teacher, { positions, weight: 1 / positions, divergence });
  const gradient = logitGradient(own.slopes);

  it.each([
    ['the definition', definition],
    ["the authors' function", opsd],
  ])('loss, divergence and gradient are those of %s', (_name, peer) => {
    expect(own.loss).toBeCloseTo(peer.loss, 6);
    expect(own.divergence).toBeCloseTo(peer.divergence, 5);
    for (const [t, row] of peer.logitGradient.entries())
      for (const [id, value] of row.entries()) expect(gradient[t]![id]!, `${t}, ${id}`).toBeCloseTo(value, 6);
  });

  it('has nothing to learn where both say the same', () => {
    expect(Math.max(...gradient[1]!.map(Math.abs))).toBeLessThan(1e-6);
  });

  it('clips at some positions, where it may', () => {
    expect(own.clipped > 0).toBe(divergence.clip > 0);
    expect(own.clipped).toBeLessThan(positions);
  });
});

it('is finite where a side has given a token up, and takes responses of no tokens', () => {
  const sure = { logprobs: Float32Array.of(0, -90, -800) };
  const other = { logprobs: Float32Array.of(-800, -90, 0) };
  for (const kind of ['forward-kl', 'reverse-kl', 'jsd'] as const) {
    const divergence = { kind, beta: 0.5, clip: 0 };
    const { loss, slopes } = distilled(sure, other, { positions: 1, weight: 1, divergence });
    expect(Number.isFinite(loss) && loss > 0.5).toBe(true);
    expect(slopes.slopes.every(Number.isFinite)).toBe(true);
    const nothing = { logprobs: new Float32Array(0) };
    expect(distilled(nothing, nothing, { positions: 0, weight: 1, divergence })).toMatchObject({ loss: 0, clipped: 0 });
  }
});
