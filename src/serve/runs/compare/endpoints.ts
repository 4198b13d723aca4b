/** What the page that compares two arms asks. */
import { RaRftError } from '../../../core/errors.js';
import { queried, type Endpoint } from '../../api/endpoint.js';
import { tracesById } from '../run-texts.js';
import { compareSides, shown } from './compare.js';
import { comparison, compareQuery, problemAnswer, problemQuery, type ProblemSide } from './schemas.js';
import { readSides, toldDifferences, type Side } from './sides.js';

export function compareEndpoints(folder: string): Endpoint[] {
  return [
    queried({
      path: '/v1/compare',
      summary: 'Two arms of one run or of two, paired by problem.',
      query: compareQuery,
      answer: comparison,
      async handle(query) {
        const sides = await readSides(folder, query);
        return compareSides(sides, query, await toldDifferences(sides));
      },
    }),
    queried({
      path: '/v1/compare/problem',
      summary: 'What both arms said to one problem.',
      query: problemQuery,
      answer: problemAnswer,
      async handle({ problem: id, ...query }) {
        const { a, b } = await readSides(folder, query);
        const problem = a.test.find((one) => one.id === id);
        if (!problem) throw noProblem(id);
        const { question, answer, solution, split } = problem;
        return {
          problem: {
            id,
            question,
            answer,
            ...(solution !== undefined && { solution }),
            ...(split !== undefined && { split }),
          },
          a: await problemSide(a, id),
          b: await problemSide(b, id),
        };
      },
    }),
  ];
}

async function problemSide(side: Side, id: string): Promise<ProblemSide> {
  const group = side.records.findIndex(({ problemId }) => problemId === id);
  const record = side.records[group];
  const ids = record?.traceIds ?? [];
  const traces = await tracesById(side.root, ids);
  return {
    ...shown(side),
    key: side.file.key,
    ...(record && { group }),
    ...(record?.failed !== undefined && { failed: record.failed }),
    traces: ids.map((traceId) => {
      const found = traces.get(traceId);
      return { id: traceId, ...(found && { question: found.question, trace: found.trace, answer: found.answer }) };
    }),
    samples: (record?.samples ?? []).map(({ text, verdict: { outcome, rule, extracted }, reward, tokens }) => ({
      text,
      outcome,
      rule,
      ...(extracted !== undefined && { extracted }),
      reward,
      tokens,
    })),
  };
}

function noProblem(id: string): RaRftError {
  return new RaRftError({
    code: 'usage',
    message: `there is no test problem ${JSON.stringify(id.slice(0, 100))}`,
    where: 'problem',
    expected: 'the id of a test problem of the run',
  });
}
