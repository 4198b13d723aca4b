/** The engines a run may use. */
import { engineApiKey } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { openLocalEngine as openLocal, openTinkerEngine } from '../engine/index.js';
import type { OpenEngine } from './session.js';

/** The engine that the configuration names. */
export const openConfiguredEngine: OpenEngine = (settings, modelFolder) =>
  settings.kind === 'tinker' ? openServer(settings, modelFolder) : openLocalEngine(settings, modelFolder);

/** The local engine: tensor graphs on this machine, in a worker of its own. */
export const openLocalEngine: OpenEngine = ({ threads, maxSequences, activationGigabytes }) =>
  openLocal({
    ...(threads > 0 ? { threads } : {}),
    activationBytes: activationGigabytes * 1e9,
    sampler: { maxRows: maxSequences },
  });

/** A server that speaks the Tinker API, with the key of the environment. */
const openServer: OpenEngine = ({ url, model, apiKeyEnv, allowHttp, callMinutes, reduction }, folder) => {
  if (url === null || model === null)
    throw new RaRftError({ code: 'internal', message: 'a Tinker engine without engine.url or engine.model' });
  const timeouts = { callMs: callMinutes * 60_000 };
  const client = { baseUrl: url, apiKey: engineApiKey(apiKeyEnv), allowHttp, timeouts };
  return openTinkerEngine({ client, model, folder, reduction });
};
