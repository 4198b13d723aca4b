/** The retrievers of a run, asked beside each other. */
import { nearestName } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { RunRetriever } from '../../pipeline/index.js';
import { endpoint, queried, type Endpoint } from '../api/endpoint.js';
import type { OpenRuns } from './open-runs.js';
import {
  problemsAnswer,
  problemsQuery,
  runRetrievers,
  searchAnswer,
  searchBody,
  type FoundByRetriever,
  type ProblemList,
  type ShownProblem,
} from './retrieval-schemas.js';
import { askedOf, searchRun, shownProblem, type SearchedRun } from './run-search.js';

export function retrievalPageEndpoints(runs: OpenRuns): Endpoint[] {
  return [
    {
      method: 'get',
      path: '/v1/runs/:run/retrieval',
      summary: 'The retrievers of a run that can be asked.',
      answer: runRetrievers,
      async handle({ params }) {
        const run = await runs.run(params['run'] ?? '');
        const [asked, leftOut] = askable(run);
        const count = (set: ProblemList) => problemsOf(run, set).length;
        return {
          retrievers: asked.map(({ name, kind }) => ({ name, kind })),
          leftOut,
          problems: { test: count('test'), train: count('train'), labelled: count('labelled') },
        };
      },
    },
    queried({
      path: '/v1/runs/:run/retrieval/problems',
      summary: 'Problems of a run to search with.',
      query: problemsQuery,
      answer: problemsAnswer,
      async handle({ set, text, from, limit }, { params }) {
        const wanted = text.trim().toLowerCase();
        const found = problemsOf(await runs.run(params['run'] ?? ''), set).filter(
          ({ id, question }) => id.toLowerCase().includes(wanted) || question.toLowerCase().includes(wanted),
        );
        return { total: found.length, problems: found.slice(from, from + limit) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/runs/:run/retrieval',
      summary: 'What retrievers of a run find for a problem, each by itself, and what they may not show.',
      body: searchBody,
      answer: searchAnswer,
      async handle({ problemId, question, retrievers: names, ...settings }, { params, signal }) {
        const name = params['run'] ?? '';
        const run = await runs.run(name);
        const chosen = names.map((one) => retrieverNamed(run, one));
        if ((problemId === undefined) === (question === undefined)) throw neitherOrBoth();
        const asked = askedOf(run, { problemId, question });
        if (!asked) throw noProblem(problemId as string);
        const found: FoundByRetriever[] = [];
        for (const one of chosen) {
          signal.throwIfAborted();
          const search = runs.withRetriever(name, one, (retriever) =>
            searchRun(run, one.name, retriever, asked, settings),
          );
          found.push(await search.catch((error: unknown) => failedOf(one.name, error)));
        }
        return { asked: asked.known ?? { question: asked.query.question }, found };
      },
    }),
  ];
}

/** Those that can be asked here, and why the others cannot: a page asks no server of somebody else. */
function askable({ retrievers, leftOut }: SearchedRun): [RunRetriever[], SearchedRun['leftOut']] {
  const why = 'it asks another server; `ra-rft retriever eval` grades it';
  const served = retrievers.filter(({ asksServer }) => asksServer).map(({ name }) => ({ name, why }));
  return [retrievers.filter(({ asksServer }) => !asksServer), [...leftOut, ...served]];
}

function problemsOf({ data, labels }: SearchedRun, list: ProblemList): ShownProblem[] {
  if (list !== 'labelled') return data[list].map((problem) => shownProblem(problem, list));
  const labelled = new Set([...labels.values()].map(({ problemId }) => problemId));
  return data.train.filter(({ id }) => labelled.has(id)).map((problem) => shownProblem(problem, 'train'));
}

/** One that fails (damaged files) is told beside the answers of the others. A bug is no failure of a retriever. */
function failedOf(retriever: string, error: unknown): FoundByRetriever {
  if (!(error instanceof RaRftError) || error.code === 'internal') throw error;
  const failed = [error.message, error.hint].filter((text) => text !== undefined).join('. ');
  return { retriever, hits: [], excluded: [], tokens: 'none', failed };
}

function retrieverNamed(run: SearchedRun, name: string): RunRetriever {
  const [retrievers, leftOut] = askable(run);
  const found = retrievers.find((one) => one.name === name);
  if (found) return found;
  const names = retrievers.map((one) => one.name);
  const why = leftOut.find((one) => one.name === name)?.why;
  const nearest = nearestName(name, names);
  throw new RaRftError({
    code: 'usage',
    message: `this run has no retriever ${JSON.stringify(name.slice(0, 100))} to ask${why === undefined ? '' : `: ${why}`}`,
    where: 'body.retrievers',
    expected: names.join(', '),
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}

const neitherOrBoth = () =>
  new RaRftError({
    code: 'usage',
    message: 'the body names a problem and a question, or neither',
    where: 'body',
    expected: 'problemId or question',
  });

const noProblem = (id: string) =>
  new RaRftError({
    code: 'usage',
    message: `the run has no problem ${JSON.stringify(id.slice(0, 100))}`,
    where: 'body.problemId',
    expected: 'an id of GET /v1/runs/NAME/retrieval/problems',
  });
