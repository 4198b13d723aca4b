/** The judges of a run's pairs, from the files of its folder. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonlSoFar } from '../../core/jsonl.js';
import { exists } from '../../core/missing.js';
import {
  answersOf,
  HUMAN_LABELS,
  readLabels,
  standingAnswers,
  type AuditItem,
  type HumanLabel,
} from '../../judge/index.js';
import { readJudgedRun } from '../../pipeline/index.js';
import { truthJudge, type Judge, type Judges } from './judged-pairs.js';

/** Answers of a person on a terminal (`ra-rft judge audit --ask`). */
const ASKED = 'audit-answers.jsonl';

/** Judges of a run folder beside its own labels: earlier turns, and a person on a terminal. */
export async function judgeFiles(root: string): Promise<string[]> {
  const names = await readdir(root);
  const earlier = names.filter((name) => /^labels-\d+\.jsonl$/.test(name)).toSorted();
  return [...earlier, ...names.filter((name) => name === ASKED)].map((name) => join(root, name));
}

/** All but the persons of {@link readHumanLabels}. Throws `run-folder` where the run has no labels. */
export async function readJudges(root: string): Promise<Judges> {
  const run = await readJudgedRun(root);
  const own: Judge = { id: 'run', name: run.labels[0]?.judge ?? 'run', kind: 'run', labels: run.labels };
  const truth = truthJudge(run);
  const others = await Promise.all((await judgeFiles(root)).map(judgeOf));
  return { run, judges: [own, ...(truth ? [truth] : []), ...others.filter(({ labels }) => labels.length > 0)] };
}

async function judgeOf(file: string): Promise<Judge> {
  const turn = /labels-(\d+)\.jsonl$/.exec(file)?.[1];
  if (turn === undefined) {
    const labels = answersOf(await readJsonlSoFar<AuditItem>(file));
    return { id: 'terminal', name: 'a person on the terminal', kind: 'person', labels };
  }
  const labels = await readLabels(file);
  return { id: `turn ${turn}`, name: `${labels[0]?.judge ?? 'labels'}, turn ${turn}`, kind: 'earlier', labels };
}

export async function readHumanLabels(root: string): Promise<HumanLabel[]> {
  const file = join(root, HUMAN_LABELS);
  return (await exists(file)) ? readJsonlSoFar<HumanLabel>(file) : [];
}

/** Every person who has said something of a pair. */
export function personsOf(lines: readonly HumanLabel[]): Judge[] {
  const names = [...new Set(lines.map(({ who }) => who))];
  return names.map((who) => personOf(lines, who)).filter(({ labels }) => labels.length > 0);
}

/** What one person says; who cannot tell has said nothing. */
export function personOf(lines: readonly HumanLabel[], who: string): Judge {
  return { id: `person ${who}`, name: who, kind: 'person', labels: answersOf(standingAnswers(lines, who)) };
}
