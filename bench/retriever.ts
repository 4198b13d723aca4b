/**
 * Training and encoding of a late-interaction encoder of MiniLM's size, beside PyLate where `--peers` names a Python that has it: the
 * same shapes, texts and batches, step by step in turns, so that both see the same moods of the machine.
 */
import { fileURLToPath } from 'node:url';
import { kept, type Benchmark, type Measure } from './measure.js';
import { withPackage } from './peer.js';
import { worksOf, type EncoderSeconds, type RetrieverWork } from './retriever/work.js';
import { Stepper } from './stepper.js';

export { partNames } from './retriever/work.js';

const OURS = fileURLToPath(new URL('./retriever/ours.ts', import.meta.url));
const PYLATE = fileURLToPath(new URL('./torch/pylate_steps.py', import.meta.url));

export const benchmark: Benchmark = async function* (options) {
  const python = await withPackage(options.python, 'pylate', 'PyLate');
  for (const work of worksOf(options)) {
    const name = python === undefined ? work.name : `${work.name}-pylate`;
    yield* await kept(options.keep, name, () => runPart(work, python));
  }
};

async function runPart(work: RetrieverWork, python: string | undefined): Promise<Measure[]> {
  const ours = new Stepper<RetrieverWork, EncoderSeconds>(process.execPath, ['--import', 'tsx', OURS]);
  const pylate = python === undefined ? undefined : new Stepper<RetrieverWork, EncoderSeconds>(python, [PYLATE]);
  try {
    await ours.start(work);
    await pylate?.start(work);
    const seconds: Record<'ours' | 'pylate', EncoderSeconds[]> = { ours: [], pylate: [] };
    for (let i = 1; i < work.steps; i++) {
      seconds.ours.push(await ours.step());
      if (pylate) seconds.pylate.push(await pylate.step());
    }
    return measuresOf(work, seconds);
  } finally {
    await pylate?.end();
    await ours.end();
  }
}

/** Rates of each side, and how many times the time PyLate takes: above 1 ours is faster. */
function measuresOf(work: RetrieverWork, seconds: Record<'ours' | 'pylate', EncoderSeconds[]>): Measure[] {
  const { name, kind, queries, documents } = work;
  const [amount, unit] =
    kind === 'train' ? [queries.length, 'pairs/s'] : [documents.reduce((n, text) => n + text.length, 0), 'tokens/s'];
  const of = (side: 'ours' | 'pylate'): Measure[] =>
    seconds[side].length === 0
      ? []
      : [
          { measure: `${side}_${name}`, value: amount / median(seconds[side]), unit },
          { measure: `${side}_${name}_peak`, value: seconds[side].at(-1)!.peakGb, unit: 'GB' },
        ];
  const ratio = {
    measure: `pylate_over_ours_${name}`,
    value: median(seconds.pylate) / median(seconds.ours),
    unit: 'ratio',
  };
  return [...of('ours'), ...of('pylate'), ...(seconds.pylate.length > 0 ? [ratio] : [])];
}

function median(steps: readonly EncoderSeconds[]): number {
  return steps.map(({ whole }) => whole).toSorted((a, b) => a - b)[steps.length >> 1] ?? NaN;
}
