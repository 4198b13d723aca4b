/** What the page of queries asks. */
import { RaRftError } from '../../../core/errors.js';
import { endpoint, type Endpoint } from '../../api/endpoint.js';
import { runFolder } from '../find-runs.js';
import { askSql, missingDuckdb } from './ask.js';
import { examples } from './examples.js';
import { sqlAnswer, sqlBody, sqlTables } from './schemas.js';
import { tablesOf } from './tables.js';

export function sqlEndpoints(folder: string): Endpoint[] {
  let busy = false;
  return [
    {
      method: 'get',
      path: '/v1/runs/:run/sql',
      summary: 'The tables of a run that can be queried, and queries to begin with.',
      answer: sqlTables,
      async handle({ params }) {
        const tables = await tablesOf(await runFolder(folder, params['run']));
        const missing = missingDuckdb();
        return {
          tables: tables.map(({ name, about, columns }) => ({ name, about, columns })),
          examples,
          ...(missing !== undefined && { missing }),
        };
      },
    },
    endpoint({
      method: 'post',
      path: '/v1/runs/:run/sql',
      summary:
        'Answers a SELECT over the tables of a run; one at a time. Nothing but these tables can be read, and nothing written.',
      body: sqlBody,
      answer: sqlAnswer,
      async handle({ query }, { params, signal }) {
        const root = await runFolder(folder, params['run']);
        if (busy) throw waiting();
        busy = true;
        try {
          return await askSql(root, query, { signal });
        } finally {
          busy = false;
        }
      },
    }),
  ];
}

function waiting(): RaRftError {
  return new RaRftError({
    code: 'usage',
    message: 'another query is being answered',
    where: 'query',
    expected: 'one query at a time',
    hint: 'It ends after some seconds at the latest: ask again then.',
  });
}
