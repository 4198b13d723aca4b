/** The engines a run may use. */
import { engineApiKey } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { openLocalEngine as openLocal, openTinkerEngine } from '../engine/index.js';
import type { OpenEngine } from './session.js';

/** The engine that the configuration names. */
export const openConfiguredEngine: OpenEngine = (settings, modelFolder, onWarning) =>
  settings.kind === 'tinker' ? openServer(settings, modelFolder, onWarning) : openLocalEngine(settings, modelFolder);

/** The local engine: tensor graphs on this machine, in a worker of its own. */
export const openLocalEngine: OpenEngine = ({ threads, maxSequences, activationGigabytes }) =>
  openLocal({
    ...(threads > 0 ? { threads } : {}),
    activationBytes: activationGigabytes * 1e9,
    sampler: { maxRows: maxSequences },
  });

/** A server that speaks the Tinker API, with the key of the environment. */
const openServer: OpenEngine = (
  { url, model, apiKeyEnv, allowHttp, reduction, sequenceMultiple },
  folder,
  onWarning,
) => {
  if (url === null || model === null)
    throw new RaRftError({ code: 'internal', message: 'a Tinker engine without engine.url or engine.model' });
  const client = { baseUrl: url, apiKey: engineApiKey(apiKeyEnv), allowHttp, ...(onWarning && { onWarning }) };
  return openTinkerEngine({ client, model, folder, reduction, sequenceMultiple });
};
