/** What the pages ask of the runs in a folder. */
import type { Endpoint } from '../api/endpoint.js';
import { listRuns } from './find-runs.js';
import type { ResumeCommand } from './resume.js';
import { runPageEndpoints } from './run-endpoints.js';
import { runList } from './schemas.js';

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
  ];
}
