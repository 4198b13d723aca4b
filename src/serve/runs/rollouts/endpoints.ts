/** What the pages of steps and rollouts ask. */
import { z } from 'zod';
import { RaRftError } from '../../../core/errors.js';
import { queried, type Endpoint } from '../../api/endpoint.js';
import { runFolder } from '../find-runs.js';
import { rolloutPage } from './rollout-page.js';
import { RunTokenizers } from './run-tokenizers.js';
import { sameProblem } from './same-problem.js';
import {
  rolloutAnswer,
  rolloutList,
  rolloutQuery,
  sameProblem as sameProblemAnswer,
  stepAnswer,
  stepList,
  stepQuery,
} from './schemas.js';
import { searchRollouts } from './search.js';
import { filesOfArm, listSteps, stepFile, stepFiles } from './step-files.js';
import { stepPage } from './step-page.js';

export function rolloutEndpoints(folder: string): Endpoint[] {
  const tokenizers = new RunTokenizers();
  const rootOf = (params: Record<string, string>) => runFolder(folder, params['run']);
  const fileOf = async (params: Record<string, string>) => {
    const root = await rootOf(params);
    return { root, file: await stepFile(root, params['arm'] ?? '', params['step'] ?? '') };
  };
  return [
    {
      method: 'get',
      path: '/v1/runs/:run/steps',
      summary: 'The steps of each arm that have rollouts or evaluations.',
      answer: stepList,
      handle: async ({ params }) => listSteps(await stepFiles(await rootOf(params))),
    },
    queried({
      path: '/v1/runs/:run/steps/:arm/:step',
      summary: 'A step: its metrics, and its comparisons a page at a time.',
      query: stepQuery,
      answer: stepAnswer,
      async handle(query, { params }) {
        const { root, file } = await fileOf(params);
        return stepPage(root, file, query);
      },
    }),
    queried({
      path: '/v1/runs/:run/rollouts/:arm',
      summary: 'Rollouts of an arm that are looked for, in one step or in all of them.',
      query: rolloutQuery,
      answer: rolloutList,
      async handle(query, { params }) {
        const root = await rootOf(params);
        const arm = params['arm'] ?? '';
        if (query.step !== undefined) await stepFile(root, arm, query.step);
        return searchRollouts(root, await filesOfArm(root, arm), query);
      },
    }),
    {
      method: 'get',
      path: '/v1/runs/:run/rollouts/:arm/:step/:group/:sample',
      summary: 'A rollout: problem, traces, prompt, response token by token, verdict.',
      answer: rolloutAnswer,
      async handle({ params }) {
        const { root, file } = await fileOf(params);
        const place = { group: placeOf(params, 'group'), sample: placeOf(params, 'sample') };
        return rolloutPage({ root, run: params['run'] as string, tokenizers }, file, place);
      },
    },
    queried({
      path: '/v1/runs/:run/same-problem',
      summary: 'Where in a run a problem was sampled.',
      query: z.object({ problem: z.string().min(1).max(1000) }),
      answer: sameProblemAnswer,
      handle: async ({ problem }, { params }) => sameProblem(await stepFiles(await rootOf(params)), problem),
    }),
  ];
}

function placeOf(params: Record<string, string>, name: 'group' | 'sample'): number {
  const text = params[name] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RaRftError({
    code: 'usage',
    message: `${JSON.stringify(text.slice(0, 40))} is no ${name}`,
    where: name,
    expected: 'its number in the file, from 0',
  });
}
