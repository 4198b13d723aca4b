/** What the pages ask of the runs in a folder. */
import type { Own } from '../../core/closing.js';
import type { Endpoint } from '../api/endpoint.js';
import { listRuns } from './find-runs.js';
import { labelEndpoints } from './label-endpoints.js';
import { OpenRuns } from './open-runs.js';
import { retrievalPageEndpoints } from './retrieval-endpoints.js';
import { runList } from './schemas.js';

/** `folder` holds the runs; it need not be there yet. What is opened for them is closed by `own`. */
export function runEndpoints(folder: string, own: Own): Endpoint[] {
  const runs = own(new OpenRuns(folder));
  return [
    {
      method: 'get',
      path: '/v1/runs',
      summary: 'The runs, the last changed first.',
      answer: runList,
      handle: () => listRuns(folder),
    },
    ...retrievalPageEndpoints(runs),
    ...labelEndpoints(folder),
  ];
}
