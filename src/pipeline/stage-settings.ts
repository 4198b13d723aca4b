/**
 * Which part of the configuration each stage depends on, in one place: the stages hash it among their inputs, and a run that
 * goes on with another configuration compares it. Files count by their content. A key that is in none of them may change freely.
 */
import { loadJudgePrompt } from '../judge/index.js';
import { modelOf } from '../llm/index.js';
import { generationOf, labelsBySuccess, type ArmConfig, type Config } from '../config/index.js';
import { configDifferences, type ConfigDifference } from '../runs/run-folder.js';
import { bm25OptionsOf, diversityOf, encoderSettings, hubOptionsOf } from '../retriever/index.js';
import { contextSettings } from './arms/arm-contexts.js';
import { encodersBehind, type RetrieverName } from './retrieve/contexts.js';
import { readsAttempts, searchesWithAttempts } from './retrieve/attempts.js';
import { encoderIdentity } from './retrieve/encoder-identity.js';
import { evaluationSettings, hashEncoderFolder, promptWording, rewardIdentity } from './fingerprint.js';
import { optimizerOf } from './arms/optimizer.js';

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

/** A stage as the configuration has it. */
export interface StagePlan {
  name: string;
  settings: Settings;
  /** Stages whose files it is made from. */
  needs: readonly string[];
}

/** Reads what the configuration names, but the model, whose hash is known. */
export async function identitiesOf(config: Config, model: string): Promise<Identities> {
  const { judge, llm } = config.labels;
  const judgePrompt = judge === 'llm' ? (await loadJudgePrompt(llm.promptFile)).version : null;
  return { model, reward: await rewardIdentity(config), judgePrompt, encoders: await encoderIdentities(config) };
}

/** Folders of encoders by the retriever's name. */
function encoderFolders({ retrievers }: Config): Record<string, string> {
  const named = Object.entries(retrievers).flatMap(([name, entry]) =>
    entry.kind === 'encoder' && entry.model !== null ? [[name, entry.model] as const] : [],
  );
  return Object.fromEntries(named);
}

async function encoderIdentities(config: Config): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, folder] of Object.entries(encoderFolders(config)))
    found[name] = await hashEncoderFolder(folder, `retrievers.${name}.model`);
  return found;
}

/** Every stage that the configuration may run, in order. */
export function stagesOf(config: Config, identities: Identities): StagePlan[] {
  const start = ['data', ...(config.warmup.steps > 0 ? ['warmup'] : [])];
  const names = Object.keys(config.retrievers);
  const encoders = names.filter((name) => config.retrievers[name]?.kind === 'encoder');
  const behind = (name: string) => encodersBehind(config, name);
  const retrieved = (context: string) => (names.includes(context) ? [retrievedStage(context)] : []);
  const attempts = (name: string) => (searchesWithAttempts(config, name) ? ['attempts'] : []);
  const difficulty = config.rl.curriculum === 'none' ? [] : ['difficulty'];
  return [
    { name: 'data', settings: dataSettings(config), needs: [] },
    { name: 'warmup', settings: warmupSettings(config, identities), needs: ['data'] },
    ...(readsAttempts(config)
      ? [{ name: 'attempts', settings: attemptSettings(config, identities), needs: start }]
      : []),
    { name: 'labels', settings: labelSettings(config, identities), needs: start },
    ...encoders.map((name) => ({
      name: encoderStage(name),
      settings: encoderStageSettings(config, name, identities),
      needs: isTrained(config, name) ? ['labels', ...attempts(name)] : start,
    })),
    ...names.map((name) => ({
      name: retrievedStage(name),
      settings: retrievedSettings(config, name),
      needs: behind(name).length > 0 ? [...behind(name).map(encoderStage), ...attempts(name)] : ['data'],
    })),
    { name: 'difficulty', settings: difficultySettings(config, identities), needs: start },
    ...config.arms.map((arm) => ({
      name: armStage(arm),
      settings: armSettings(config, arm, identities),
      needs: [
        ...(arm.policyOf === null ? [...start, ...difficulty, ...retrieved(arm.train)] : [`train-${arm.policyOf}`]),
        ...retrieved(arm.test),
      ],
    })),
    ...armsOneByOne(config).map((arm) => ({
      name: oneByOneStage(arm),
      settings: oneByOneSettings(config, arm, identities),
      needs: [armStage(arm)],
    })),
  ];
}

/** Keys in which two configurations differ that some result depends on; files are compared by their paths. */
export function resultDifferences(a: Config, b: Config): ConfigDifference[] {
  const settingsOf = (config: Config) => {
    const { model, reward, labels } = config;
    const encoders = encoderFolders(config);
    const identities = { model: model.path, reward, judgePrompt: labels.llm.promptFile, encoders };
    return new Map(stagesOf(config, identities).map(({ name, settings }) => [name, settings]));
  };
  const [first, second] = [settingsOf(a), settingsOf(b)];
  // Arms that only one of them has are no difference in what both have.
  const names = [...first.keys()].filter((name) => second.has(name));
  const all = names.flatMap((name) => configDifferences(first.get(name), second.get(name)));
  return [...new Map(all.map((difference) => [difference.key, difference])).values()];
}

export function armStage({ name, policyOf }: Pick<ArmConfig, 'name' | 'policyOf'>): string {
  return `${policyOf === null ? 'train' : 'eval'}-${name}`;
}

/** Arms whose traces are tried one by one: those that are tested with a retriever, of those that are named. */
export function armsOneByOne({ arms, retrievers, eval: { contexts, contextArms } }: Config): ArmConfig[] {
  if (contexts === 0) return [];
  const named = arms.filter(({ name }) => contextArms.length === 0 || contextArms.includes(name));
  return named.filter(({ test }) => Object.hasOwn(retrievers, test));
}

export function oneByOneStage({ name }: Pick<ArmConfig, 'name'>): string {
  return `contexts-${name}`;
}

/** The arm whose policy this one has: its own, or that of the arm it borrows from. */
export function ownerOf({ arms }: Pick<Config, 'arms'>, arm: ArmConfig): ArmConfig {
  return arms.find(({ name }) => name === arm.policyOf) ?? arm;
}

export function encoderStage(name: RetrieverName): string {
  return `retriever-${name}`;
}

export function retrievedStage(name: RetrieverName): string {
  return `retrieved-${name}`;
}

/** Paths are not in here: files count by what is in them. */
export function dataSettings({ data, seed }: Config): Settings {
  const { excludeLists: _lists, ...settings } = data;
  const readingOf = ({ path: _path, ...reading }: Config['data']['problems']) => reading;
  const files = { problems: readingOf(data.problems), corpus: readingOf(data.corpus), tests: readingOf(data.tests) };
  return { data: { ...settings, ...files }, ...(data.source === 'files' && { seed }) };
}

export function warmupSettings(config: Config, { model }: Identities): Settings {
  const { warmup, prompt, rl, seed } = config;
  return {
    model: { path: model },
    warmup,
    prompt: promptWording(prompt),
    ...solutionEnds(config),
    rl: { ...optimizerOf(rl), ...(rl.lora.rank > 0 && { lora: rl.lora }) },
    seed,
  };
}

/** How a worked solution ends; nothing where it is by the model's own end token. */
function solutionEnds({ generation: { stop } }: Config): Settings {
  return stop.length === 0 ? {} : { generation: { stop } };
}

export function labelSettings(config: Config, identities: Identities): Settings {
  const { llm, prompt, retriever, seed } = config;
  const { generation: _answers, rounds, proposalsPerRound, randomPerRound, ...labels } = config.labels;
  const { promptFile: _path, ...judging } = labels.llm;
  const byUtility = labels.judge === 'utility';
  // A budget and rounds train retrievers on the policy's token embeddings, and choose pairs by them.
  const inRounds = rounds > 1;
  const partly = labels.selection.pairs === 'budget' || inRounds;
  return {
    labels: {
      ...labels,
      llm: { ...judging, promptFile: identities.judgePrompt },
      ...(labelsBySuccess(config) && { generation: generationOf(config, 'labels') }),
      ...(inRounds && { rounds, proposalsPerRound, randomPerRound }),
    },
    ...(labels.judge === 'llm' && { llm: { model: modelOf(llm) } }),
    ...(partly && { retriever: encoderIdentity(retriever) }),
    ...((byUtility || partly) && { model: { path: identities.model } }),
    ...(byUtility && { prompt: promptWording(prompt) }),
    ...(byUtility && !labelsBySuccess(config) && solutionEnds(config)),
    ...(labelsBySuccess(config) && { reward: identities.reward }),
    seed,
  };
}

/** An encoder that is not trained depends on no label. */
export function encoderStageSettings(config: Config, name: RetrieverName, { model, encoders }: Identities): Settings {
  const { labels, retriever, retrievers, seed } = config;
  const { validationShare, testShare } = retriever;
  const entry = retrievers[name];
  return {
    model: { path: model },
    ...(entry?.kind === 'encoder' && {
      retrievers: {
        [name]: {
          ...encoderIdentity(encoderSettings(retriever, entry)),
          ...(entry.policy?.train === 'full' && { frozenLayers: entry.frozenLayers }),
          ...(entry.model !== null && { ...hubSettings(retriever, entry, seed), model: encoders[name] }),
        },
      },
    }),
    ...(isTrained(config, name) && {
      labels: { excludeSameAnswer: labels.excludeSameAnswer, selection: { pairs: labels.selection.pairs } },
      retriever: { validationShare, testShare },
    }),
    seed,
  };
}

/** What is beside the settings that every encoder has. */
function hubSettings(...of: Parameters<typeof hubOptionsOf>): Settings {
  const { chunks: _chunks, queryText: _query, ...options } = hubOptionsOf(...of);
  return options;
}

function isTrained({ retrievers }: Config, name: RetrieverName): boolean {
  const entry = retrievers[name];
  return entry?.kind === 'encoder' && entry.trained;
}

/** What an encoder is made of counts by its files. */
export function retrievedSettings(config: Config, name: RetrieverName): Settings {
  const entry = config.retrievers[name]!;
  const behind = entry.kind === 'rerank' ? [entry.first, entry.then] : [];
  const decides = [name, ...behind].flatMap((of) => searchSettings(config, of));
  const diversity = diversityOf(entry);
  return {
    ...(decides.length > 0 && { retrievers: Object.fromEntries(decides) }),
    ...(diversity && { diversity }),
    seed: config.seed,
  };
}

/** What decides the hits of one retriever by itself; how a server is reached does not. */
function searchSettings({ retriever, retrievers }: Config, name: RetrieverName): [RetrieverName, unknown][] {
  const entry = retrievers[name];
  switch (entry?.kind) {
    case 'bm25':
      return [[name, bm25OptionsOf(retriever, entry)]];
    case 'embeddings': {
      const { apiKeyEnv: _key, batch: _batch, document = retriever.document, ...decides } = entry;
      return [[name, { ...decides, document }]];
    }
    case 'random':
    case 'rerank':
      return [[name, entry]];
    case 'encoder': {
      if (entry.server) return [[name, { server: entry.server.kind }]]; // where it stands decides nothing
      const { index } = encoderSettings(retriever, entry);
      return index === 'auto' ? [] : [[name, { index }]];
    }
    default:
      return [];
  }
}

/** What decides the drafts that queries have beside their questions. */
export function attemptSettings(config: Config, { model }: Identities): Settings {
  const { prompt, seed } = config;
  const generation = generationOf(config, 'labels');
  return { model: { path: model }, prompt: promptWording(prompt), labels: { generation }, seed };
}

/** What decides how often the starting policy solves the training problems. */
export function difficultySettings(config: Config, { model, reward }: Identities): Settings {
  const { prompt, rl, seed } = config;
  return {
    model: { path: model },
    prompt: promptWording(prompt),
    reward,
    rl: { curriculumSamples: rl.curriculumSamples, generation: generationOf(config, 'rl') },
    seed,
  };
}

/** Worked solutions in a supervised step. */
export function supervisedBatch({ sft, rl }: Pick<Config, 'sft' | 'rl'>): number {
  return sft.batchSize === 0 ? rl.promptsPerStep : sft.batchSize;
}

/** What decides the weights of an arm at every step; how many steps there are is not in here. */
export function armPolicySettings(config: Config, arm: ArmConfig, { model, reward }: Identities): Settings {
  const { prompt, recipes, seed } = config;
  // Not when a policy is saved, nor what stops a training that goes wrong.
  const { steps: _steps, checkpointEverySteps: _saved, maxLogprobGap: _bound, ...all } = config.rl;
  const { curriculum, curriculumSamples, ...own } = all;
  const rl = { ...own, generation: generationOf(config, 'rl') };
  const order = curriculum === 'none' ? {} : { curriculum, curriculumSamples };
  const recipe = arm.recipe ?? rl.recipe;
  const shared = { model: { path: model }, prompt: promptWording(prompt), reward, seed };
  const shown = { train: arm.train, ...nested(contextSettings(arm, 'train', config)) };
  if (arm.method === 'rl') {
    return { ...shared, arms: shown, rl: { ...rl, ...order, recipe }, recipes: { [recipe]: recipes[recipe] } };
  }
  if (arm.method === 'opsd') {
    const { recipe: _none, ...stepping } = rl;
    return {
      ...shared,
      arms: { ...shown, method: arm.method },
      rl: { ...stepping, ...order },
      opsd: opsdSettings(config.opsd),
    };
  }
  const { lora, warmupSteps } = rl;
  return {
    ...shared,
    arms: { ...shown, method: arm.method },
    sft: { ...config.sft, batchSize: supervisedBatch(config) },
    ...solutionEnds(config),
    rl: { ...optimizerOf(config.rl), lora, warmupSteps, ...order },
  };
}

/** Keys of other divergences than the one that is lowered do not count. */
function opsdSettings({ privileged, teacher, ...opsd }: Config['opsd']): Settings {
  const { divergence, beta, topK, clip, maxGap } = opsd;
  const shared = { privileged, teacher };
  if (divergence === 'sampled') return { ...shared, ...(maxGap > 0 && { maxGap }) };
  return { ...shared, divergence, topK, clip, ...(divergence === 'jsd' && { beta }) };
}

/** What decides an arm's policy and its evaluations. */
export function armSettings(config: Config, arm: ArmConfig, identities: Identities): Settings {
  const owner = ownerOf(config, arm);
  const policy = armPolicySettings(config, owner, identities);
  return {
    ...policy,
    rl: { ...(policy['rl'] as Settings), steps: config.rl.steps },
    arms: {
      train: owner.train,
      test: arm.test,
      ...(owner.method !== 'rl' && { method: owner.method }),
      ...nested({ ...contextSettings(owner, 'train', config), ...contextSettings(arm, 'test', config) }),
    },
    eval: evaluationSettings(config),
  };
}

/** Under the key of the configuration; none where nothing is set, as in older run folders. */
function nested(contexts: Settings): Settings {
  return Object.keys(contexts).length === 0 ? {} : { contexts };
}

/** As those of the arm, and how many traces are tried. */
export function oneByOneSettings(config: Config, arm: ArmConfig, identities: Identities): Settings {
  const settings = armSettings(config, arm, identities);
  return { ...settings, eval: { ...(settings['eval'] as Settings), contexts: config.eval.contexts } };
}
