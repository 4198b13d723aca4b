/** With what the likelihood judge measures in a run, beside the policy itself. */
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import type { UtilityOptions } from '../../judge/index.js';
import type { StartPolicy } from '../arms/warmup-stage.js';
import { promptWording } from '../fingerprint.js';
import type { Session } from '../session.js';

/** `measured`: the folder that scores are kept in. */
export function utilityOptions(
  { config, codec, progress }: Session,
  policy: StartPolicy,
  measured: string,
): Omit<UtilityOptions, 'policy' | 'measure'> {
  const { stop } = config.generation;
  return {
    codec,
    policyKey: hashJson([policy.fingerprint, promptWording(config.prompt), ...(stop.length > 0 ? [stop] : [])]),
    scoresPath: join(measured, 'label-scores.jsonl'),
    progress,
  };
}
