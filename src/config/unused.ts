/** Keys that were set and do nothing, because another key says otherwise: no error, but never silent. */
import { configKeys } from './describe.js';
import { smallShapeKeys } from '../retriever/keys.js';
import { recipeNames } from '../rl/recipes/keys.js';
import { labelsBySuccess, type GenerationUse } from './generation.js';
import { withAllBehind } from './retrievers-behind.js';
import type { ArmConfig, Config } from './schema.js';

/** Arms that train a policy, by these methods. */
function trainsBy({ arms }: Config, ...methods: readonly ArmConfig['method'][]): boolean {
  return arms.some(({ policyOf, method }) => policyOf === null && methods.includes(method));
}

/** What samples under generation settings, of a run whose arms and labels are these. */
function samplingUses(config: Config): GenerationUse[] {
  const rollouts = trainsBy(config, 'rl', 'opsd') || config.rl.curriculum !== 'none';
  return [...(rollouts ? ['rl' as const] : []), 'eval', ...(labelsBySuccess(config) ? ['labels' as const] : [])];
}

/** Whether the traces of a retriever follow labels that an encoder was trained on. */
function followsLabels({ retrievers }: Config, name: string): boolean {
  const entries = withAllBehind({ retrievers }, name).map((one) => retrievers[one]);
  return entries.some((entry) => entry?.kind === 'encoder' && entry.trained);
}

/** Sources that have a share of the traces of the warm-up. */
function namedSources({ warmup }: Config): string[] {
  return Object.entries(warmup.traces).flatMap(([name, share]) => (share > 0 ? [name] : []));
}

/** Retrievers whose traces training shows as encoders of folds would find them, in the warm-up or to arms. */
function taughtBy(config: Config): string[] {
  const { arms, warmup } = config;
  const warms = warmup.crossFit && warmup.steps > 0 && warmup.contextShare > 0;
  return [...arms.map(({ train }) => train), ...(warms ? namedSources(config) : [])];
}

/** Keys (all under a section, or one) that have no effect where `why` gives a reason. */
interface Rule {
  keys: readonly string[];
  why: (config: Config) => string | false;
}

const rules: readonly Rule[] = [
  {
    keys: ['data.world'],
    why: ({ data }) => data.source === 'files' && 'the data comes from files (data.problems.path)',
  },
  {
    keys: [
      'data.testShare',
      'data.holdOut',
      'data.answers',
      'data.unusable',
      'data.unverifiable',
      'data.mostWordsInCommon',
    ],
    why: ({ data }) => data.source === 'world' && 'the data is the embedded world',
  },
  ...(['problems', 'corpus', 'tests'] as const).map((name) => ({
    keys: [`data.${name}.preset`, `data.${name}.where`, `data.${name}.workedAnswer`],
    why: ({ data }: Config) => data[name].path === null && `data.${name}.path names no file`,
  })),
  {
    keys: ['data.testShare'],
    why: ({ data }) => data.source === 'files' && data.tests.path !== null && 'data.tests.path names the test problems',
  },
  {
    keys: ['data.splitSeed'],
    why: ({ data }) =>
      (data.source === 'world' && 'the data is the embedded world') ||
      (data.tests.path !== null && data.holdOut.share === 0 && 'data.tests.path names the test problems'),
  },
  {
    keys: ['data.holdOut.minProblems'],
    why: ({ data }) => data.holdOut.share === 0 && 'data.holdOut.share is 0',
  },
  {
    keys: ['engine.url', 'engine.model', 'engine.apiKeyEnv', 'engine.allowHttp'],
    why: ({ engine }) => engine.kind === 'local' && 'engine.kind is local',
  },
  {
    keys: ['engine.timeoutSeconds', 'engine.retries'],
    why: ({ engine }) => engine.kind !== 'openai' && `engine.kind is ${engine.kind}`,
  },
  {
    keys: ['engine.callMinutes', 'engine.reduction', 'engine.sequenceMultiple'],
    why: ({ engine }) => engine.kind !== 'tinker' && `engine.kind is ${engine.kind}`,
  },
  {
    keys: ['engine.activationGigabytes'],
    why: ({ engine }) => engine.kind !== 'local' && `engine.kind is ${engine.kind}`,
  },
  {
    keys: ['engine.maxSequences'],
    why: ({ engine }) => engine.kind === 'tinker' && 'engine.kind is tinker',
  },
  { keys: ['math'], why: ({ reward }) => reward !== 'math' && `reward is ${reward}` },
  { keys: ['warmup'], why: ({ warmup }) => warmup.steps === 0 && 'warmup.steps is 0' },
  { keys: ['labels.policy'], why: ({ warmup }) => warmup.steps === 0 && 'warmup.steps is 0' },
  {
    keys: ['warmup.traces', 'warmup.topTraces', 'warmup.mostTraces', 'warmup.crossFit'],
    why: ({ warmup }) => warmup.contextShare === 0 && 'warmup.contextShare is 0',
  },
  {
    keys: ['warmup.topTraces'],
    why: (config) => namedSources(config).every((name) => name === 'random') && 'warmup.traces names no retriever',
  },
  {
    keys: ['warmup.crossFit'],
    why: (config) =>
      (config.retriever.crossFit === 1 && 'retriever.crossFit is 1') ||
      (!namedSources(config).some((name) => followsLabels(config, name)) && 'warmup.traces names no trained encoder'),
  },
  {
    keys: ['labels.alternation'],
    why: ({ labels }) => labels.alternation.times === 0 && 'labels.alternation.times is 0',
  },
  {
    keys: ['labels.llm'],
    why: ({ labels }) => labels.judge !== 'llm' && `labels.judge is ${labels.judge}`,
  },
  {
    keys: ['llm'],
    why: ({ labels, corpus }) =>
      labels.judge !== 'llm' &&
      corpus.traces !== 'summary' &&
      corpus.typing !== 'llm' &&
      `labels.judge is ${labels.judge}, and nothing else asks a language model`,
  },
  {
    keys: [
      'labels.measure',
      'labels.baseline',
      'labels.topPositives',
      'labels.minGain',
      'labels.samples',
      'labels.generation',
    ],
    why: ({ labels }) => labels.judge !== 'utility' && `labels.judge is ${labels.judge}`,
  },
  {
    keys: ['labels.samples', 'labels.generation'],
    why: ({ labels }) =>
      labels.judge === 'utility' && labels.measure !== 'success' && `labels.measure is ${labels.measure}`,
  },
  {
    keys: ['labels.selection'],
    why: ({ labels }) => labels.selection.pairs === 'all' && 'labels.selection.pairs is all',
  },
  {
    keys: ['rl.curriculumSamples'],
    why: ({ rl }) => rl.curriculum === 'none' && 'rl.curriculum is none',
  },
  {
    keys: ['prompt.hintTemplate'],
    why: ({ arms }) => arms.every(({ train }) => train !== 'hint') && 'no arm trains with hints',
  },
  {
    keys: ['rl.kl'],
    why: ({ rl }) => rl.kl.coefficient === 0 && 'rl.kl.coefficient is 0',
  },
  {
    keys: ['rl.kl.estimator'],
    why: ({ rl: { kl } }) => kl.in === 'reward' && kl.estimator !== 'k1' && 'rl.kl.in is reward, where it is k1',
  },
  { keys: ['rl.lora'], why: ({ rl }) => rl.lora.rank === 0 && 'rl.lora.rank is 0' },
  {
    keys: ['rl.recipe', 'rl.comparedWithin', 'rl.kl', 'rl.entropyBonus', 'rl.epochs', 'rl.minibatches'],
    why: (config) => !trainsBy(config, 'rl') && 'no arm has the method rl',
  },
  {
    keys: ['rl.groupSize', 'rl.maxGroupsPerUpdate', 'rl.importanceCap', 'rl.maxLogprobGap'],
    why: (config) => !trainsBy(config, 'rl', 'opsd') && 'no arm samples while it trains',
  },
  {
    keys: ['rl.generation'],
    why: (config) => !samplingUses(config).includes('rl') && 'no arm samples while it trains',
  },
  ...(['maxTokens', 'temperature', 'topP', 'topK'] as const).map((name) => ({
    keys: [`generation.${name}`],
    why: (config: Config) =>
      samplingUses(config).every((use) => config[use].generation[name] !== undefined) &&
      `${samplingUses(config)
        .map((use) => `${use}.generation.${name}`)
        .join(' and ')} say it for all that is sampled`,
  })),
  ...(['sft', 'opsd'] as const).map((method) => ({
    keys: [method],
    why: ({ arms }: Config) =>
      arms.every((arm) => arm.policyOf !== null || arm.method !== method) && `no arm has the method ${method}`,
  })),
  {
    keys: ['opsd.beta'],
    why: ({ opsd }) => opsd.divergence !== 'jsd' && `opsd.divergence is ${opsd.divergence}`,
  },
  {
    keys: ['opsd.topK', 'opsd.clip'],
    why: ({ opsd }) => opsd.divergence === 'sampled' && 'opsd.divergence is sampled',
  },
  {
    keys: ['opsd.maxGap'],
    why: ({ opsd }) => opsd.divergence !== 'sampled' && `opsd.divergence is ${opsd.divergence}`,
  },
  ...recipeNames.map((name) => ({
    keys: [`recipes.${name}`],
    why: ({ rl, arms }: Config) =>
      arms.every((arm) => arm.policyOf !== null || arm.method !== 'rl' || (arm.recipe ?? rl.recipe) !== name) &&
      `no arm has the recipe ${name}`,
  })),
  {
    keys: ['retriever.heads'],
    why: ({ retriever, retrievers }) =>
      [retriever, ...Object.values(retrievers)].every(
        (entry) => !('transformerLayers' in entry) || entry.transformerLayers === 0,
      ) && 'retriever.transformerLayers is 0',
  },
  {
    keys: ['retriever.crossFit'],
    why: (config) =>
      !taughtBy(config).some((name) => followsLabels(config, name)) &&
      (config.warmup.crossFit
        ? 'no training prompt shows traces of a trained encoder'
        : 'warmup.crossFit is false, and no arm is trained with traces of a trained encoder'),
  },
  {
    keys: ['eval.contexts'],
    why: ({ arms, retrievers }) =>
      arms.every(({ test }) => !Object.hasOwn(retrievers, test)) && 'no arm is tested with the traces of a retriever',
  },
  { keys: ['eval.contextArms'], why: ({ eval: { contexts } }) => contexts === 0 && 'eval.contexts is 0' },
  { keys: ['prompt.system'], why: ({ prompt }) => prompt.layout === 'completion' && 'prompt.layout is completion' },
];

/**
 * A sentence for each key that was set to another value than its default and has no effect. `locate` says where a key was
 * set, undefined where it was not.
 */
export function unusedKeys(config: Config, locate: (path: readonly string[]) => string | undefined): string[] {
  const leaves = configKeys().filter(({ kind, path }) => kind === 'value' && !/\[\]|\{/.test(path));
  const found = new Map<string, string>();
  for (const { keys, why } of rules) {
    const reason = why(config);
    if (reason === false) continue;
    for (const { path, default: normal } of leaves) {
      if (!keys.some((key) => path === key || path.startsWith(`${key}.`)) || path.endsWith('.steps')) continue;
      const names = path.split('.');
      const where = locate(names);
      if (where === undefined || JSON.stringify(valueAt(config, names)) === JSON.stringify(normal)) continue;
      if (!found.has(path)) found.set(path, `${path} (${where}) has no effect: ${reason}`);
    }
  }
  for (const { names, why } of retrieverKeysUnused(config)) {
    const where = locate(names);
    const path = names.join('.');
    if (where !== undefined && !found.has(path))
      found.set(path, `${path} (${where}) has no effect: ${names.slice(0, 2).join('.')}.${why}`);
  }
  return [...found.values()];
}

const ofTraining: readonly string[] = [
  'temperature',
  'steps',
  'batchSize',
  'learningRate',
  'warmupShare',
  'weightDecay',
  'maxGradNorm',
  'tokenDropout',
  'trainEmbeddings',
  'frozenLayers',
];

/** Keys that retrievers say for themselves and that do nothing, with the key of theirs that makes it so. */
function retrieverKeysUnused({ retriever, retrievers }: Config): { names: string[]; why: string }[] {
  return Object.entries(retrievers).flatMap(([name, entry]) => {
    const of = (keys: readonly string[], why: string) =>
      keys.filter((key) => key in entry).map((key) => ({ names: ['retrievers', name, key], why }));
    const { diversity = 'none', mostAlike }: { diversity?: string; mostAlike?: number } = entry as object;
    const ofDiversity = [
      ...(diversity === 'vectors' ? [] : of(['lambda', 'mostAlike'], `diversity is ${diversity}`)),
      ...(mostAlike === undefined ? [] : of(['lambda'], `mostAlike is ${mostAlike}`)),
    ];
    if (entry.kind !== 'encoder') return ofDiversity;
    const { trained, model, frozenLayers, policy, head = retriever.head } = entry;
    const ofPolicy = (keys: readonly string[], why: string) =>
      keys.map((key) => ({ names: ['retrievers', name, 'policy', key], why }));
    return [
      ...ofDiversity,
      ...(trained ? [] : of(ofTraining, 'trained is false')),
      ...(model === null ? [] : of(smallShapeKeys, 'model names a folder')),
      ...(policy ? of(smallShapeKeys, 'policy takes the policy itself') : []),
      ...(policy && policy.train !== 'full' ? of(['frozenLayers'], `policy.train is ${policy.train}`) : []),
      ...(policy && policy.train !== 'lora' ? ofPolicy(['rank'], `policy.train is ${policy.train}`) : []),
      ...(policy && head !== 'single-vector' ? ofPolicy(['pooling'], `head is ${head}`) : []),
      ...(model === null && !policy && frozenLayers > 0 ? of(['frozenLayers'], 'model is null') : []),
    ];
  });
}

function valueAt(config: Config, names: readonly string[]): unknown {
  let at: unknown = config;
  for (const name of names) at = (at as Record<string, unknown>)[name];
  return at;
}
