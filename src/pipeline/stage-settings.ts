/**
 * Which part of the configuration each stage depends on, in one place: the stages hash it among their inputs, and a run that
 * goes on with another configuration compares it. Files count by their content. A key that is in none of them may change freely.
 */
import { loadJudgePrompt } from '../judge/index.js';
import { generationOf, type ArmConfig, type Config } from '../config/index.js';
import { hashJson } from '../core/hash.js';
import { armStage } from '../runs/arm-stage.js';
import { configDifferences, type ConfigDifference } from '../runs/run-folder.js';
import { contextSettings } from './arms/arm-contexts.js';
import { encodersBehind, isTrained, warmupSources } from './retrieve/contexts.js';
import { foldsOf, isCrossFitted, warmsUpUncrossed } from './retrieve/cross-fit.js';
import { readsAttempts, searchesWithAttempts } from './retrieve/attempts.js';
import {
  evaluationSettings,
  hashEncoderFolder,
  promptWording,
  rewardIdentity,
  solutionEnds,
  type Identities,
  type Settings,
} from './fingerprint.js';
import {
  encoderStage,
  encoderStageSettings,
  foldStage,
  foldStageSettings,
  retrievedSettings,
  retrievedStage,
  uncrossedSettings,
  uncrossedStage,
} from './retriever-settings.js';
import {
  labelSettings,
  labelStage,
  lateSources,
  roundSettings,
  startSettings,
  startStage,
  turnSettings,
  turnStage,
  warmupSettings,
  warmupTracesStage,
} from './warmup-settings.js';
import { optimizerOf } from './arms/optimizer.js';

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
  const { kind, model: served } = config.engine;
  const judgePrompt = judge === 'llm' ? (await loadJudgePrompt(llm.promptFile)).version : null;
  // The folder is what the server says it is: its own weights have another name, and other roundings.
  const policy = kind === 'local' ? model : hashJson([model, kind, served]);
  return {
    model: policy,
    reward: await rewardIdentity(config),
    judgePrompt,
    encoders: await encoderIdentities(config),
  };
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
  const { early, late } = warmupSources(config);
  const { times } = config.labels.alternation;
  const warm = ['data', ...(config.warmup.steps > 0 ? ['warmup'] : [])];
  const first = config.labels.policy === 'model' ? ['data'] : warm;
  const start = late.length > 0 ? ['data', startStage] : warm;
  const names = Object.keys(config.retrievers);
  const encoders = names.filter((name) => config.retrievers[name]?.kind === 'encoder');
  const behind = (name: string) => encodersBehind(config, name);
  const retrieved = (context: string) => (names.includes(context) ? [retrievedStage(context)] : []);
  const attempts = (name: string) => (searchesWithAttempts(config, name) ? ['attempts'] : []);
  const foldStages = (name: string) => foldsOf(config, name).map((fold) => foldStage(name, fold));
  const searchNeeds = (name: string, beside: (encoder: string) => string[] = () => []) =>
    behind(name).length > 0
      ? [...behind(name).flatMap((of) => [encoderStage(of), ...beside(of)]), ...attempts(name)]
      : ['data'];
  const warmedBy = (name: string) => (warmsUpUncrossed(config, name) ? uncrossedStage(name) : retrievedStage(name));
  const difficulty = config.rl.curriculum === 'none' ? [] : ['difficulty'];
  return [
    { name: 'data', settings: dataSettings(config), needs: [] },
    ...early.map((name) => ({
      name: warmupTracesStage(name),
      settings: retrievedSettings(config, name),
      needs: ['data'],
    })),
    {
      name: 'warmup',
      settings: warmupSettings(config, identities),
      needs: ['data', ...early.map(warmupTracesStage)],
    },
    ...(readsAttempts(config)
      ? [{ name: 'attempts', settings: attemptSettings(config, identities), needs: first }]
      : []),
    ...Array.from({ length: times }, (_, i) => [
      {
        name: labelStage(i + 1),
        settings: roundSettings(config, identities),
        needs: i === 0 ? first : [turnStage(i + 1)],
      },
      { name: turnStage(i + 2), settings: turnSettings(config, identities), needs: ['data', labelStage(i + 1)] },
    ]).flat(),
    {
      name: 'labels',
      settings: labelSettings(config, identities),
      needs: times > 0 ? ['data', turnStage(times + 1)] : first,
    },
    ...encoders.map((name) => ({
      name: encoderStage(name),
      settings: encoderStageSettings(config, name, identities),
      needs: isTrained(config, name) ? ['labels', ...attempts(name)] : first,
    })),
    ...encoders.flatMap((name) =>
      foldsOf(config, name).map((fold) => ({
        name: foldStage(name, fold),
        settings: foldStageSettings(config, name, identities),
        needs: ['labels', ...attempts(name)],
      })),
    ),
    ...names.map((name) => ({
      name: retrievedStage(name),
      settings: retrievedSettings(config, name),
      needs: searchNeeds(name, foldStages),
    })),
    ...names
      .filter((name) => isCrossFitted(config, name))
      .map((name) => ({
        name: uncrossedStage(name),
        settings: uncrossedSettings(config, name),
        needs: searchNeeds(name),
      })),
    ...(late.length > 0
      ? [
          {
            name: startStage,
            settings: startSettings(config, identities),
            needs: ['data', ...early.map(warmupTracesStage), ...late.map(warmedBy)],
          },
        ]
      : []),
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

/**
 * Keys in which two configurations differ that some result depends on, but for the seed and what follows from it; files are compared by
 * their paths.
 */
export function resultDifferences(a: Config, b: Config): ConfigDifference[] {
  const settingsOf = (config: Config) => {
    const { model, reward, labels } = config;
    const encoders = encoderFolders(config);
    const identities = { model: model.path, reward, judgePrompt: labels.llm.promptFile, encoders };
    return new Map(stagesOf(config, identities).map(({ name, settings }) => [name, settings]));
  };
  const [first, second] = [settingsOf(a), settingsOf({ ...b, seed: a.seed })];
  // Arms that only one of them has are no difference in what both have.
  const names = [...first.keys()].filter((name) => second.has(name));
  const all = names.flatMap((name) => configDifferences(first.get(name), second.get(name)));
  return [...new Map(all.map((difference) => [difference.key, difference])).values()];
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

/** Paths are not in here: files count by what is in them. */
export function dataSettings({ data, seed }: Config): Settings {
  const { excludeLists: _lists, holdOut, splitSeed, mostWordsInCommon, ...rest } = data;
  const settings = {
    ...rest,
    ...(holdOut.share > 0 && { holdOut }),
    ...(splitSeed !== null && { splitSeed }),
    ...(mostWordsInCommon < 1 && { mostWordsInCommon }),
  };
  // Keys that change nothing are none, as in older run folders.
  const readingOf = ({ path: _path, where, workedAnswer, ...reading }: Config['data']['problems']) => ({
    ...reading,
    ...(Object.keys(where).length > 0 && { where }),
    ...(workedAnswer !== 'number' && { workedAnswer }),
  });
  const files = { problems: readingOf(data.problems), corpus: readingOf(data.corpus), tests: readingOf(data.tests) };
  return { data: { ...settings, ...files }, ...(data.source === 'files' && splitSeed === null && { seed }) };
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
    ...lateSources(config),
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
  const shared = { model: { path: model }, prompt: promptWording(prompt), reward, ...lateSources(config), seed };
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
