/** What the pages ask of the runs in a folder. */
import type { Own } from '../../core/closing.js';
import type { Endpoint } from '../api/endpoint.js';
import { compareEndpoints } from './compare/endpoints.js';
import { listRuns } from './find-runs.js';
import { labelEndpoints } from './label-endpoints.js';
import { OpenRuns } from './open-runs.js';
import { retrievalPageEndpoints } from './retrieval-endpoints.js';
import { rolloutEndpoints } from './rollouts/endpoints.js';
import type { ResumeCommand } from './resume.js';
import { runPageEndpoints } from './run-endpoints.js';
import { runList } from './schemas.js';
import { sqlEndpoints } from './sql/endpoints.js';

/** What the pages ask for beyond the files of runs. */
export interface RunPageOptions {
  /** Closes with the server what is opened for runs. */
  own: Own;
  /** How a run goes on in a process of its own; without it runs cannot be resumed from the pages. */
  resumeCommand?: ResumeCommand | undefined;
}

/** `folder` holds the runs; it need not be there yet. */
export function runEndpoints(folder: string, options: RunPageOptions): Endpoint[] {
  const runs = options.own(new OpenRuns(folder));
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
    ...retrievalPageEndpoints(runs),
    ...labelEndpoints(folder),
  ];
}
