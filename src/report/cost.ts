/** What a run cost: wall-clock time of each stage, and the tokens that its arms sampled and were trained on. Pure. */
import type { Block, ReportTable, Section } from './blocks.js';
import { duration } from './duration.js';
import type { RunData } from './run-data.js';

/** Undefined where no stage has ended yet. */
export function costSection(data: RunData): Section | undefined {
  const stages = Object.entries(data.summary.seconds);
  if (stages.length === 0) return undefined;
  const total = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
  const time: ReportTable = {
    columns: [{ label: 'stage' }, { label: 'time', numeric: true }],
    rows: [...stages.map(([stage, seconds]) => [stage, duration(seconds)]), ['all', duration(total)]],
  };
  const note = 'wall-clock time, with attempts that were stopped or failed before the stage ended';
  return { title: 'Time and tokens', blocks: [{ kind: 'table', table: time, note }, ...tokensBlock(data)] };
}

function tokensBlock({ metrics, evaluations, steps, rolloutTokens }: RunData): Block[] {
  const arms = [...new Set([...evaluations.map(({ arm }) => arm), ...rolloutTokens.keys()])];
  if (arms.length === 0) return [];
  const numeric = (label: string) => ({ label, numeric: true });
  const parts = ['sampleMs', 'verifyMs', 'updateMs'] as const;
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'arm' },
          ...['sampled in training', 'trained on', 'sampled in evaluations', 'prompts of evaluations'].map(numeric),
          ...['sampling', 'verifying', 'updating'].map(numeric),
        ],
        rows: arms.map((arm) => {
          const own = evaluations.filter((one) => one.arm === arm).flatMap(({ records }) => records);
          const trained = metrics.filter((row) => row.arm === arm).map((row) => row['trainedTokens']);
          // A step that ran again after a kill counts once: its last attempt is what the run has.
          const last = new Map(steps.filter((one) => one.arm === arm).map((one) => [one.step, one]));
          return [
            arm,
            count(rolloutTokens.get(arm)),
            count(sum(trained.filter((tokens) => typeof tokens === 'number'))),
            count(sum(own.flatMap(({ samples }) => samples.map(({ tokens }) => tokens)))),
            count(sum(own.map(({ promptTokens }) => promptTokens))),
            ...parts.map((part) => {
              const ms = sum([...last.values()].map((one) => one[part] ?? 0));
              return ms === 0 ? '' : duration(ms / 1000);
            }),
          ];
        }),
      },
      note: 'tokens of each arm (a prompt counts once for all of its responses), and how long its training steps took; empty where the run has none or they were not counted',
    },
  ];
}

function count(tokens: number | undefined): string {
  return tokens === undefined || tokens === 0 ? '' : tokens.toLocaleString('en-US');
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
