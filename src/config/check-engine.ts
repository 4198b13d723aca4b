/** A server that has the policies: where it is, and what of a configuration it cannot do. */
import { serverAddress } from '../core/http/address.js';
import type { Finding } from './finding.js';
import { generationKey, generationOf } from './generation.js';
import type { Config } from './schema.js';

export function checkEngine(config: Config): Finding[] {
  switch (config.engine.kind) {
    case 'local':
      return [];
    case 'tinker':
      return [...checkServer(config), ...checkAdapter(config), ...checkOptimizer(config), ...checkUses(config)];
    case 'openai':
      return [...checkServer(config), ...checkUntrained(config)];
  }
}

const EXAMPLES = { tinker: 'http://127.0.0.1:8010', openai: 'http://127.0.0.1:8000/v1', local: '' } as const;

function checkServer({ engine: { kind, url, model, allowHttp } }: Config): Finding[] {
  const findings: Finding[] = [];
  if (url === null) {
    findings.push({
      path: ['engine', 'url'],
      message: `engine.kind is ${kind}, but engine.url names no server`,
      expected: `an address such as ${EXAMPLES[kind]}`,
    });
  } else {
    try {
      serverAddress(url, { code: 'config', allowHttp });
    } catch (error) {
      findings.push({
        path: ['engine', 'url'],
        message: `engine.url cannot be used: ${(error as Error).message}`,
        expected: 'https://..., or http:// to this machine, without a user name or password',
        hint: 'The key stands in the environment variable that engine.apiKeyEnv names; engine.allowHttp allows plain http on a network of your own.',
      });
    }
  }
  if (model === null) {
    findings.push({
      path: ['engine', 'model'],
      message: `engine.kind is ${kind}, but engine.model names no model`,
      expected: 'the model, as the server names it',
    });
  }
  return findings;
}

/** Engines that train policies. */
export const TRAINING_KINDS = 'local, tinker';

/** A warm-up comes before anything else, whatever a run is for; whether its arms train is known when it begins. */
function checkUntrained({ warmup }: Config): Finding[] {
  if (warmup.steps === 0) return [];
  return [
    {
      path: ['warmup', 'steps'],
      message: `warmup.steps is ${warmup.steps}, but engine.kind is openai, where nothing is trained`,
      expected: `0, or engine.kind: ${TRAINING_KINDS}`,
    },
  ];
}

/** What servers decide about adapters themselves. */
function checkAdapter({ rl: { lora } }: Config): Finding[] {
  if (lora.rank === 0) return [];
  const wrong = (key: 'alpha' | 'targets' | 'rsLora', expected: string): Finding => ({
    path: ['rl', 'lora', key],
    message: `rl.lora.${key} is ${JSON.stringify(lora[key])}, but engine.kind is tinker, where the server decides it`,
    expected,
  });
  return [
    ...(lora.alpha === 32 ? [] : [wrong('alpha', '32, as servers have it')]),
    ...(lora.targets.includes('all-linear') ? [] : [wrong('targets', 'all-linear')]),
    ...(lora.rsLora ? [wrong('rsLora', 'false')] : []),
  ];
}

/** What SkyRL leaves out without a word. */
function checkOptimizer({ rl }: Config): Finding[] {
  return (['maxGradNorm', 'weightDecay'] as const)
    .filter((name) => rl[name] !== 0)
    .map((name) => ({
      path: ['rl', name],
      message: `rl.${name} is ${rl[name]}, but engine.kind is tinker: SkyRL ${name === 'maxGradNorm' ? 'does not clip gradients' : 'decays the weights of all its models at once, or none'}`,
      expected: '0',
    }));
}

function checkUses(config: Config): Finding[] {
  const findings: Finding[] = [];
  const rollouts = generationOf(config, 'rl');
  for (const [name, plain] of [
    ['temperature', 1],
    ['topP', 1],
    ['topK', 0],
  ] as const) {
    if (rollouts[name] === plain) continue;
    const path = generationKey(config, 'rl', name);
    findings.push({
      path,
      message: `${path.join('.')} is ${rollouts[name]}, but engine.kind is tinker: the server does not tell how likely its sampler was to draw a token`,
      expected: `${plain} for rollouts; evaluations may differ (eval.generation)`,
    });
  }
  if (config.warmup.steps === 0) return findings;
  for (const [name, entry] of Object.entries(config.retrievers)) {
    if (entry.kind !== 'encoder' || entry.policy === undefined || entry.policy === null) continue;
    findings.push({
      path: ['retrievers', name, 'policy'],
      message: `retrievers.${name}.policy reads the warmed-up policy, whose weights are on the server (engine.kind: tinker)`,
      expected: 'warmup.steps: 0, or an encoder without policy',
    });
  }
  return findings;
}
