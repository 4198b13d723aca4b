/** A small made-up run folder for tests of the report: two splits, four arms, texts that try to break out. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../core/files.js';
import { Rng } from '../../core/rng.js';
import { runPaths } from '../../runs/run-paths.js';
import { writeJsonl, type Problem, type Trace } from '../../data/index.js';
import { summarise, summaryDraws, traceFacts, type EvalRecord } from '../../eval/index.js';
import type { Label } from '../../judge/index.js';

const ARMS: Record<string, (step: number, split: string) => number> = {
  grpo: (step) => 0.12 + step / 1000,
  'ra-rft': (step, split) => (split === 'seen' ? 0.19 + step / 60 : 0.17 + step / 80),
  'random-trace': () => 0.13,
  'grpo-retrieval-at-test': () => 0.22,
};
const STEPS = [0, 20, 40];

/** Text that must come out as text. */
export const HOSTILE = `<script>alert("x")</script> & 'quotes' | pipes \`\`\` **bold** \u001b[2J\u001b]0;title\u0007\u009b31m\u0000\u202e`;

/** Writes the folder; every number follows from the seed. */
export async function writeSampleRun(root: string): Promise<void> {
  const paths = runPaths(root);
  const rng = Rng.fromSeed('sample run');
  await mkdir(root, { recursive: true });
  await writeFile(paths.config, `name: sample\nseed: 1\nnote: ${HOSTILE}\n`);
  const test = Array.from({ length: 40 }, (_, i): Problem => ({
    id: `q${i}`,
    question: i === 25 ? HOSTILE : `By the lantern rule, work out ${i} and 3.`,
    answer: String(i),
    split: i < 20 ? 'seen' : 'unseen',
    truth: `rule ${i % 4}`,
  }));
  const corpus = Array.from({ length: 12 }, (_, i): Trace => ({
    id: `t${i}`,
    question: `Solved problem ${i}. ${HOSTILE}`,
    trace: `Front ${i} + 1 = ${i + 1}. Answer \\boxed{${i + 1}}`,
    answer: String(i + 1),
    truth: `rule ${i % 4}`,
  }));
  await writeJsonl(paths.problems('train'), test.slice(0, 8));
  await writeJsonl(paths.problems('test'), test);
  await writeJsonl(paths.corpus, corpus);
  await writeJsonl(
    paths.retrieved('bm25'),
    test.map((p) => ({ set: 'test', problemId: p.id, hits: [{ traceId: 't1', score: 2 }] })),
  );
  const labels = test.slice(0, 8).flatMap((p) =>
    corpus.map((t): Label => ({
      problemId: p.id,
      traceId: t.id,
      relevant: p.truth === t.truth,
      score: rng.normal() + Number(p.truth === t.truth),
      judge: 'utility',
      key: `${p.id}/${t.id}`,
    })),
  );
  await writeJsonl(paths.labels, labels);
  await writeJsonl(paths.events, [
    { time: '2026-01-01T00:00:00.000Z', kind: 'warning', code: 'no-mixed-group', where: 'grpo', text: HOSTILE },
  ]);

  const last: { name: string; records: EvalRecord[] }[] = [];
  for (const [name, rate] of Object.entries(ARMS)) {
    for (const step of name === 'grpo-retrieval-at-test' ? [0, 40] : STEPS) {
      const records = test.map((p, i) =>
        recordOf(p, rate(step, p.split as string), name, rng.fork(`${name}/${step}/${i}`)),
      );
      await writeJsonl(paths.evaluation(name, step), records);
      if (step === 40) last.push({ name, records });
    }
  }
  await writeJsonl(
    paths.metrics,
    ['grpo', 'ra-rft'].flatMap((arm) =>
      Array.from({ length: 100 }, (_, i) => ({
        arm,
        step: i + 1,
        rewardMean: (ARMS[arm]?.(i * 0.4, 'seen') ?? 0) + 0.03 * rng.normal(),
        mixedShare: 0.4,
      })),
    ),
  );
  const flags = (share: number) => test.slice(20).map(() => rng.next() < share);
  const summary = summarise({
    compared: { subject: 'ra-rft', baseline: 'grpo' },
    arms: last,
    traceUse: { facts: traceFacts(test, corpus), evaluations: last.map((arm) => ({ ...arm, step: 40 })) },
    k: 4,
    retrievers: [
      { name: 'learned', split: 'unseen', firstIsRelevant: flags(0.9) },
      { name: 'bm25', split: 'unseen', firstIsRelevant: flags(0.08) },
    ],
    seconds: { data: 0.4, labels: 64.2, retriever: 12.1, 'train-ra-rft': 3725 },
    ...summaryDraws(
      test,
      last.map(({ records }) => records),
      { seed: 1, eval: { bootstrapSamples: 300 } },
    ),
  });
  await writeJsonAtomic(join(root, 'summary.json'), summary);
}

function recordOf(problem: Problem, rate: number, arm: string, rng: Rng): EvalRecord {
  const samples = Array.from({ length: 4 }, (): EvalRecord['samples'][number] => {
    const draw = rng.next();
    if (draw > 0.99)
      return {
        text: HOSTILE,
        tokens: 20,
        stopReason: 'length',
        verdict: { outcome: 'error', rule: 'module', reason: 'x' },
        reward: null,
      };
    const right = draw < rate;
    return {
      text: `${HOSTILE} so \\boxed{${right ? problem.answer : '-1'}}`,
      tokens: 12,
      stopReason: 'stop',
      verdict: {
        outcome: right ? 'match' : 'mismatch',
        rule: 'exact-integer',
        extracted: right ? problem.answer : '-1',
      },
      reward: Number(right),
    };
  });
  const withTrace = arm !== 'grpo';
  return {
    key: 'k',
    problemId: problem.id,
    split: problem.split ?? 'test',
    traceIds: withTrace ? ['t3'] : [],
    promptTokens: 40,
    samples,
  };
}
