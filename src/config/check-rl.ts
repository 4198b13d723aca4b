/** What does not fit together among the keys of reinforcement learning: refused before any work, with both values and the way out. */
import type { RecipeName } from '../rl/recipes/keys.js';
import type { Finding } from './finding.js';
import { generationKey, generationOf } from './generation.js';
import type { Config } from './schema.js';

export function checkRl(config: Config): Finding[] {
  return [
    ...recipesOf(config).flatMap((name) => checkRecipe(name, config)),
    ...checkUpdates(config),
    ...checkSampling(config),
  ];
}

/** Recipes of the arms that train, each once. */
function recipesOf({ rl, arms }: Config): RecipeName[] {
  return [
    ...new Set(
      arms
        .filter(({ policyOf, method }) => policyOf === null && method === 'rl')
        .map(({ recipe }) => recipe ?? rl.recipe),
    ),
  ];
}

function checkRecipe(name: RecipeName, config: Config): Finding[] {
  const { rl, recipes } = config;
  const findings: Finding[] = [];
  const comparesAlone = name === 'reinforce-pp' && recipes['reinforce-pp'].baseline === 'none';
  if (rl.groupSize === 1 && !comparesAlone) {
    findings.push({
      path: ['rl', 'groupSize'],
      message: `rl.groupSize is 1, but the recipe ${name} compares the responses to a problem with each other`,
      expected: '2 or more, or the recipe reinforce-pp, which compares over the batch',
    });
  }
  const updates = rl.epochs * rl.minibatches;
  if (name === 'rloo' && updates > 1) {
    findings.push({
      path: ['rl', rl.epochs > 1 ? 'epochs' : 'minibatches'],
      message: `the recipe rloo has no ratio to correct for a moved policy, but rl.epochs x rl.minibatches is ${updates}`,
      expected: '1 for both, or a recipe with a ratio: grpo, dr-grpo, cispo, gspo',
    });
  }
  const { maxTokens } = generationOf(config, 'rl');
  if (name === 'dapo' && recipes.dapo.softTokens > maxTokens) {
    const longest = generationKey(config, 'rl', 'maxTokens').join('.');
    findings.push({
      path: ['recipes', 'dapo', 'softTokens'],
      message: `recipes.dapo.softTokens is ${recipes.dapo.softTokens}, but ${longest} is ${maxTokens}`,
      expected: `at most ${maxTokens}`,
    });
  }
  return findings;
}

function checkUpdates({ rl }: Config): Finding[] {
  const most = rl.maxGroupsPerUpdate;
  if (rl.minibatches <= most) return [];
  return [
    {
      path: ['rl', 'minibatches'],
      message: `rl.minibatches is ${rl.minibatches}, but an update has ${most} problems at most (rl.maxGroupsPerUpdate)`,
      expected: `at most ${most}`,
    },
  ];
}

/** Gradients are taken of the policy at temperature 1: what was drawn from another distribution must be weighed. */
function checkSampling(config: Config): Finding[] {
  const rollouts = generationOf(config, 'rl');
  const { temperature, topP, topK } = rollouts;
  if (config.rl.importanceCap > 0 || (temperature === 1 && topP === 1 && topK === 0)) return [];
  const name = temperature !== 1 ? 'temperature' : topP !== 1 ? 'topP' : 'topK';
  const path = generationKey(config, 'rl', name);
  return [
    {
      path,
      message: `${path.join('.')} is ${rollouts[name]} and rl.importanceCap is 0: responses would be drawn from another distribution than the one that is trained, without correction`,
      expected: 'rl.importanceCap above 0 (2 is usual), or rl.generation with temperature 1, topP 1 and topK 0',
    },
  ];
}
