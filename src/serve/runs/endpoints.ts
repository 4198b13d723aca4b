/** What the pages ask of the runs in a folder. */
import type { Endpoint } from '../api/endpoint.js';
import { compareEndpoints } from './compare/endpoints.js';
import { listRuns } from './find-runs.js';
import { rolloutEndpoints } from './rollouts/endpoints.js';
import type { ResumeCommand } from './resume.js';
import { runPageEndpoints } from './run-endpoints.js';
import { runList } from './schemas.js';
import { sqlEndpoints } from './sql/endpoints.js';

/** `folder` holds the runs; it need not be there yet. */
export function runEndpoints(folder: string, options: { resumeCommand?: ResumeCommand | undefined }): Endpoint[] {
  return [
    {
      method: 'get',
      path: '/v1/runs',
      summary: 'The runs, the last changed first.',
      answer: runList,
      handle: () => listRuns(folder),
    },
    ...runPageEndpoints(folder, options),
    ...rolloutEndpoints(folder),
    ...compareEndpoints(folder),
    ...sqlEndpoints(folder),
  ];
}
