import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { reportHtml, reportMarkdown } from '../report/index.js';
import { experimentReport } from './blocks.js';
import type { Averages, SeedMeasures } from './measures.js';
import { experimentResults, verdictOf, type ExperimentResults } from './results.js';

const ids = Array.from({ length: 12 }, (_, i) => `p${i}`);

/** Averages of one split: `level` with a ripple by problem, so that there is something to resample. */
function averages(level: number, missing: readonly string[] = []): Averages {
  const own = ids.map((id, i): [string, number | undefined] => [
    id,
    missing.includes(id) ? undefined : level + 0.05 * ((i % 3) - 1),
  ]);
  return new Map([['unseen', new Map(own)]]);
}

function seed(number: number, levels: Record<string, [start: number, end: number]>, missing?: string[]): SeedMeasures {
  return {
    seed: number,
    arms: Object.entries(levels).map(([name, [start, end]]) => ({
      name,
      evaluations: new Map([
        [0, averages(start)],
        [4, averages(end, name === 'ra-rft' ? missing : [])],
      ]),
    })),
    oneByOne: [],
    firstHits: new Map([
      ['learned', new Map([['unseen', new Map(ids.map((id, i) => [id, i < 10 ? 1 : 0]))]])],
      ['random', new Map([['unseen', new Map(ids.map((id, i) => [id, i < 1 ? 1 : 0]))]])],
    ]),
  };
}

function resultsOf(seeds: SeedMeasures[]): ExperimentResults {
  const facts = { version: '0', preset: 'test', k: 4, steps: 4, resamples: 300, rng: Rng.fromSeed('test') };
  return experimentResults({ ...facts, seeds });
}

const levels = { grpo: [0.1, 0.3], 'ra-rft': [0.05, 0.7], 'random-trace': [0.1, 0.3] } as const;
const both = resultsOf([seed(1, { ...levels } as never), seed(2, { ...levels, grpo: [0.1, 0.32] } as never)]);

function row(results: ExperimentResults, table: number, label: string) {
  return results.tables.find((one) => one.table === table)!.rows.find((one) => one.label === label)!;
}

function claim(results: ExperimentResults, text: string) {
  return results.claims.find((one) => one.claim === text)!;
}

describe('experimentResults', () => {
  it('averages over seeds and problems; the base policy is an arm at step 0', () => {
    const grpo = row(both, 1, 'GRPO').accuracy['unseen']!;
    expect(grpo.mean).toBeCloseTo(0.31, 12);
    expect(grpo).toMatchObject({ seeds: [1, 2], problems: 12 });
    expect(row(both, 1, 'base policy').accuracy['unseen']!.mean).toBeCloseTo(0.1, 12);
    expect(row(both, 1, 'RA-RFT (GRPO)').paper.accuracy).toBeCloseTo(0.474, 12);
    expect(both.intervals).toBe('seeds and problems');
  });

  it('lists what has not run and what this version cannot, with the reason', () => {
    expect(row(both, 3, 'BM25')).toMatchObject({ status: 'not run', accuracy: {} });
    const larger = row(both, 5, 'larger model, GRPO');
    expect(larger).toMatchObject({ status: 'not available', why: 'the preset has one model' });
    expect(both.figures.find(({ figure }) => figure === 4)?.status).toBe('not run');
    expect(
      both.tables
        .flatMap(({ rows }) => rows)
        .every(({ status, accuracy }) => (status === 'measured') === 'unseen' in accuracy),
    ).toBe(true);
  });

  it('says of an ordering what its paired interval says', () => {
    expect(claim(both, 'RA-RFT is above GRPO').splits['unseen']).toMatchObject({ verdict: 'holds', seeds: [1, 2] });
    expect(claim(both, 'the trained retriever finds more than chance').splits['unseen']?.verdict).toBe('holds');
    expect(claim(both, 'RA-RFT starts below GRPO, at step 0').splits['unseen']?.mean).toBeCloseTo(0.05, 12);
    const reversed = resultsOf([seed(1, { grpo: [0.1, 0.9], 'ra-rft': [0.1, 0.2] })]);
    expect(claim(reversed, 'RA-RFT is above GRPO').splits['unseen']?.verdict).toBe('does not hold');
    const [low, zero, high] = [
      [-0.2, -0.1],
      [0, 0.1],
      [0.1, 0.2],
    ] as [number, number][];
    expect([low, zero, high, null].map((ci) => verdictOf(ci!))).toEqual([
      'does not hold',
      'cannot be told',
      'holds',
      'cannot be told',
    ]);
  });

  it('takes a problem that any arm of any seed has no whole verdict on from all figures, and counts it', () => {
    const results = resultsOf([seed(1, { ...levels } as never, ['p3']), seed(2, { ...levels } as never)]);
    expect(results.leftOut).toEqual({ unseen: 1 });
    expect(row(results, 1, 'GRPO').accuracy['unseen']!.problems).toBe(11);
    expect(row(results, 1, 'base policy').accuracy['unseen']!.problems).toBe(11);
  });

  it('an arm that one seed alone has finished is compared on that seed', () => {
    const results = resultsOf([seed(1, { ...levels } as never), seed(2, { grpo: [0.1, 0.3] })]);
    expect(row(results, 1, 'GRPO').accuracy['unseen']!.seeds).toEqual([1, 2]);
    expect(claim(results, 'RA-RFT is above GRPO').splits['unseen']!.seeds).toEqual([1]);
  });

  it('holds gains at step 0 against gains of training, one point an arm', () => {
    const { points, correlation } = both.foretold['unseen']!;
    const gains = new Map(points.map(({ name, initialGain, finalGain }) => [name, [initialGain, finalGain]]));
    // grpo starts at .1: ra-rft .05 - .1 and .7 - .05; random-trace .1 - .1 and .3 - .1.
    expect(gains.get('ra-rft')).toEqual([expect.closeTo(-0.05, 6), expect.closeTo(0.65, 6)]);
    expect(gains.get('random-trace')).toEqual([expect.closeTo(0, 6), expect.closeTo(0.2, 6)]);
    expect(points).toHaveLength(2);
    expect(correlation).toBeCloseTo(-1, 6);
    expect(reportMarkdown(experimentReport(both))).toContain('foretell');
    expect(resultsOf([]).foretold).toEqual({});
  });

  it('with one seed says so; without any has rows only', () => {
    const one = resultsOf([seed(1, { ...levels } as never)]);
    expect(one.intervals).toBe('problems of one seed');
    expect(reportMarkdown(experimentReport(one))).toContain(
      'There is one seed, so intervals are over its problems only',
    );
    const none = reportMarkdown(experimentReport(resultsOf([])));
    expect(none).toContain('none yet');
    expect(none).toContain('the preset has one model');
  });

  it('is the same for the same measures, in every file', () => {
    const again = resultsOf([seed(1, { ...levels } as never), seed(2, { ...levels, grpo: [0.1, 0.32] } as never)]);
    expect(JSON.stringify(again)).toBe(JSON.stringify(both));
    const html = reportHtml(experimentReport(both));
    expect(html).toBe(reportHtml(experimentReport(again)));
    expect(html).toContain('<svg');
    expect(html).toContain('Table 3: Retrievers');
  });
});
