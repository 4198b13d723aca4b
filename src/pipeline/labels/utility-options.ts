/** With what the likelihood judge measures in a run, beside the policy itself. */
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import type { UtilityOptions } from '../../judge/index.js';
import type { StartPolicy } from '../arms/warmup-stage.js';
import { promptWording } from '../fingerprint.js';
import type { Session } from '../session.js';

export function utilityOptions(
  { config, run, codec, progress }: Session,
  policy: StartPolicy,
): Omit<UtilityOptions, 'policy' | 'measure'> {
  const { stop } = config.generation;
  return {
    codec,
    policyKey: hashJson([policy.fingerprint, promptWording(config.prompt), ...(stop.length > 0 ? [stop] : [])]),
    scoresPath: join(run.root, 'label-scores.jsonl'),
    progress,
  };
}
