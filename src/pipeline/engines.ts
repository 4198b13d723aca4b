/** The engines a run may use. */
import { engineApiKey, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { openLocalEngine as openLocal, openOpenaiEngine, openTinkerEngine } from '../engine/index.js';
import type { OpenEngine } from './session.js';

/** The engine that the configuration names. */
export const openConfiguredEngine: OpenEngine = (settings, modelFolder, onWarning) =>
  openers[settings.kind](settings, modelFolder, onWarning);

/** The local engine: tensor graphs on this machine, in a worker of its own. */
export const openLocalEngine: OpenEngine = ({ threads, maxSequences, activationGigabytes }) =>
  openLocal({
    ...(threads > 0 ? { threads } : {}),
    activationBytes: activationGigabytes * 1e9,
    sampler: { maxRows: maxSequences },
  });

/** A server that speaks the Tinker API. */
const openTinker: OpenEngine = (settings, folder, onWarning) => {
  const { url, model, apiKey } = serverOf(settings);
  const { allowHttp, callMinutes, reduction, sequenceMultiple } = settings;
  const timeouts = { callMs: callMinutes * 60_000 };
  const client = { baseUrl: url, apiKey, allowHttp, timeouts, ...(onWarning && { onWarning }) };
  return openTinkerEngine({ client, model, folder, reduction, sequenceMultiple });
};

/** A server that answers completions. */
const openOpenai: OpenEngine = (settings, folder) => {
  const { url: baseUrl, model, apiKey } = serverOf(settings);
  const { allowHttp, timeoutSeconds, retries, maxSequences: concurrency } = settings;
  const timeoutMs = timeoutSeconds * 1000;
  return openOpenaiEngine({ baseUrl, apiKey, allowHttp, model, folder, timeoutMs, retries, concurrency });
};

const openers = { local: openLocalEngine, tinker: openTinker, openai: openOpenai };

/** With the key of the environment. */
function serverOf({ kind, url, model, apiKeyEnv }: Config['engine']) {
  if (url === null || model === null)
    throw new RaRftError({ code: 'internal', message: `engine.kind: ${kind} without engine.url or engine.model` });
  return { url, model, apiKey: engineApiKey(apiKeyEnv) };
}
