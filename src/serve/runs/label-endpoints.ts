/** The labels of a run: who says what, who agrees with whom, and a person who labels blind. */
import { join } from 'node:path';
import { once } from '../../core/once.js';
import { inPlace, Slots } from '../../core/slots.js';
import { HUMAN_LABELS, type AuditItem } from '../../judge/index.js';
import { endpoint, queried, type Endpoint } from '../api/endpoint.js';
import { answerLine, appendHumanLabel, blindState as stateOf, drawBlind, undoLine } from './blind.js';
import { runFolder } from './find-runs.js';
import { disagreementsOf, pageOf, pairsOf, summaryOf, type Judges } from './judged-pairs.js';
import { Kept } from './kept.js';
import {
  blindBody,
  blindQuery,
  blindState,
  labelsSummary,
  pairsAnswer,
  pairsQuery,
  undoBody,
  type BlindState,
} from './label-schemas.js';
import { dataFiles, stampOf } from './open-runs.js';
import { judgeFiles, personsOf, readHumanLabels, readJudges } from './read-judges.js';

/** What follows from all judges of a run, persons among them; each is made when it is first asked for. */
interface Compared {
  summary: () => ReturnType<typeof summaryOf>;
  pairs: () => ReturnType<typeof pairsOf>;
  strengths: () => ReturnType<typeof disagreementsOf>;
}

/** The judges of a run but the persons on the pages, who add to what they say while others look. */
interface Labelled extends Judges {
  drawn: () => AuditItem[];
}

const MOST_RUNS = 2;

export function labelEndpoints(folder: string): Endpoint[] {
  const kept = new Kept<Labelled>(MOST_RUNS);
  const comparisons = new Kept<Compared>(MOST_RUNS);
  /** Answers of persons are written one after the other. */
  const turn = new Slots(1);
  const labelled = async <T>(name: string | undefined, work: (labels: Labelled, root: string) => Promise<T> | T) => {
    const root = await runFolder(folder, name);
    const key = `${root}\n${await stampOf([...dataFiles(root), ...(await judgeFiles(root))])}`;
    const open = async () => {
      const judges = await readJudges(root);
      return { ...judges, drawn: once(() => drawBlind(judges.run)) };
    };
    return kept.use(key, open, (labels) => work(labels, root));
  };
  const compared = <T>(name: string | undefined, work: (of: Compared) => T): Promise<T> =>
    labelled(name, async (labels, root) => {
      const files = [...dataFiles(root), ...(await judgeFiles(root)), join(root, HUMAN_LABELS)];
      return comparisons.use(`${root}\n${await stampOf(files)}`, () => compare(labels, root), work);
    });
  const state = async (labels: Labelled, root: string, who: string): Promise<BlindState> => {
    const lines = await readHumanLabels(root);
    const judges = [...labels.judges, ...personsOf(lines)];
    return stateOf(labels.drawn(), lines, { judges }, who);
  };
  return [
    {
      method: 'get',
      path: '/v1/runs/:run/labels',
      summary: 'Who judged the pairs of a run, and how far they agree.',
      answer: labelsSummary,
      handle: ({ params }) => compared(params['run'], ({ summary }) => summary()),
    },
    queried({
      path: '/v1/runs/:run/labels/pairs',
      summary: 'Judged pairs with what every judge says of them, disagreements first.',
      query: pairsQuery,
      answer: pairsAnswer,
      handle: (query, { params }) =>
        compared(params['run'], ({ pairs, strengths }) => pageOf(pairs(), query, strengths())),
    }),
    queried({
      path: '/v1/runs/:run/labels/blind',
      summary: 'The next pair that a person is to label, without what anybody says of it.',
      query: blindQuery,
      answer: blindState,
      handle: ({ who }, { params }) => labelled(params['run'], (labels, root) => state(labels, root, who)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/runs/:run/labels/blind',
      summary: 'What a person says of a pair; it is appended to human-labels.jsonl of the run.',
      body: blindBody,
      answer: blindState,
      handle: (answer, { params }) =>
        labelled(params['run'], (labels, root) =>
          inPlace(turn, async () => {
            await appendHumanLabel(root, answerLine(labels.drawn(), answer, new Date()));
            return state(labels, root, answer.who);
          }),
        ),
    }),
    endpoint({
      method: 'post',
      path: '/v1/runs/:run/labels/blind/undo',
      summary: 'Takes back the last answer of a person, by a line of its own.',
      body: undoBody,
      answer: blindState,
      handle: ({ who }, { params }) =>
        labelled(params['run'], (labels, root) =>
          inPlace(turn, async () => {
            const line = undoLine(labels.drawn(), await readHumanLabels(root), who, new Date());
            await appendHumanLabel(root, line);
            return state(labels, root, who);
          }),
        ),
    }),
  ];
}

async function compare({ run, judges }: Judges, root: string): Promise<Compared> {
  const all = { run, judges: [...judges, ...personsOf(await readHumanLabels(root))] };
  return {
    summary: once(() => summaryOf(all)),
    pairs: once(() => pairsOf(all)),
    strengths: once(() => disagreementsOf(all)),
  };
}
