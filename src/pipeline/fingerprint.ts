/** What stages depend on: model folders and reward modules by content, settings without the keys that no result depends on. */
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { generationOf, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashFile } from '../core/hash-file.js';
import { hashJson } from '../core/hash.js';

/** A part of the configuration, under its own keys. */
export type Settings = Record<string, unknown>;

/** Hashes of the files that the configuration names. */
export interface Identities {
  model: string;
  reward: unknown;
  /** Version of the LLM judge's prompt; null where it judges nothing. */
  judgePrompt: string | null;
  /** Content of the folders that encoders are from, by the retriever's name. */
  encoders: Readonly<Record<string, string>>;
}

/** Hash of the files directly in a folder, by name and content; hidden files and notes (.md) are no part of a model. Throws `model` naming the key `where` if there is no such folder. */
export async function hashModelFolder(folder: string, where = 'model.path'): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new RaRftError({
      code: 'model',
      message: `there is no model folder ${folder}`,
      where,
      expected: 'a folder with config.json, tokenizer.json and *.safetensors',
      cause,
    });
  });
  const names = entries.filter((e) => !e.isDirectory() && !/\.md$|^\./i.test(e.name)).map((e) => e.name);
  const hashes = [];
  for (const name of names.toSorted()) hashes.push([name, await hashFile(join(folder, name))]);
  return hashJson(hashes);
}

/** How prompts are worded. The limits are not in here: what they leave out shows in data and retrieved traces. */
export function promptWording({ maxPromptTokens: _limit, overlong: _overlong, ...wording }: Config['prompt']) {
  return wording;
}

/** The settings that decide the samples of an evaluation: not how often its intervals are resampled, what is compared with what, or what another stage samples. */
export function evaluationSettings(config: Config) {
  const {
    bootstrapSamples: _resamples,
    subject: _subject,
    baseline: _baseline,
    contexts: _oneByOne,
    contextArms: _oneByOneArms,
    greedy,
    ...settings
  } = config.eval;
  return { ...settings, ...(greedy && { greedy }), generation: generationOf(config, 'eval') };
}

/** The reward: a named one with its settings, a module by the content of its file. */
export async function rewardIdentity({ reward, math }: Config): Promise<unknown> {
  if (reward === 'math') return { math };
  return isAbsolute(reward) ? { module: await hashFile(reward) } : reward;
}

/** Hash of the folder of an encoder, with the folders of its modules (1_Pooling, 1_Dense) where it has any. Throws as {@link hashModelFolder}. */
export async function hashEncoderFolder(folder: string, where: string): Promise<string> {
  const files = await hashModelFolder(folder, where);
  const inside = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isDirectory() && /^\d/.test(e.name));
  if (inside.length === 0) return files;
  const modules = [];
  for (const { name } of inside) modules.push([name, await hashModelFolder(join(folder, name), where)]);
  return hashJson([files, modules.toSorted(([a], [b]) => (a! < b! ? -1 : 1))]);
}

/** How a worked solution ends; nothing where it is by the model's own end token. */
export function solutionEnds({ generation: { stop } }: Config): Settings {
  return stop.length === 0 ? {} : { generation: { stop } };
}
