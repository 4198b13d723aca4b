/** Contexts of arms that cannot be shown as asked, or keys of theirs that would do nothing: refused before any work. */
import type { Finding } from './finding.js';
import { plainContexts, type ArmConfig, type Config, type ContextName } from './schema.js';

type ContextKey = keyof ArmConfig['contexts'];

/** What each key does without; all other values need a context that they are about. */
export const idleContexts = { traces: 1, spread: 1, drop: 0, annealSteps: 0, onlyAfterAllWrong: false } as const;
export const ofTraining = ['spread', 'drop', 'annealSteps', 'onlyAfterAllWrong'] as const;

export function checkContexts(config: Config): Finding[] {
  return config.arms.flatMap((arm, at) =>
    [...checkSides(arm), ...checkIdle(arm), ...checkSpread(arm, config), ...checkBorrowed(arm, config)].map(
      (finding) => ({
        ...finding,
        path: ['arms', at, ...finding.path],
      }),
    ),
  );
}

/** Whether a retriever finds what is shown under this name. */
export function isRetrieved(context: ContextName): boolean {
  return !(plainContexts as readonly string[]).includes(context);
}

function checkSides({ name, test }: ArmConfig): Finding[] {
  if (test !== 'hint') return [];
  return [
    {
      path: ['test'],
      message: `arm ${name} would be tested with the beginning of the test problems' own solutions`,
      expected: 'none, fixed or a retriever; hint is for training alone',
    },
  ];
}

/** A key that changes nothing makes an arm another one than it says. */
function checkIdle({ name, train, test, contexts }: ArmConfig): Finding[] {
  const unused = (key: ContextKey, why: string, expected: string): Finding => ({
    path: ['contexts', key],
    message: `contexts.${key} of arm ${name} is ${JSON.stringify(contexts[key])}, but ${why}`,
    expected,
  });
  const findings = train === 'none' ? ofTraining.filter((key) => contexts[key] !== idleContexts[key]) : [];
  return [
    ...findings.map((key) =>
      unused(key, 'its train is none: no training prompt has a context', `${idleContexts[key]}, or a context as train`),
    ),
    ...(contexts.traces > 1 && !isRetrieved(train) && !isRetrieved(test)
      ? [
          unused(
            'traces',
            'neither side of it shows traces of a retriever',
            '1; contexts.demonstrations is the number of context fixed',
          ),
        ]
      : []),
    ...(contexts.spread > 1 && train !== 'none' && !isRetrieved(train)
      ? [
          unused(
            'spread',
            `all of its training prompts of a problem would be the same (${train})`,
            '1, or a retriever as train',
          ),
        ]
      : []),
  ];
}

function checkSpread({ name, contexts }: ArmConfig, { rl }: Config): Finding[] {
  const least = rl.comparedWithin === 'prompt' ? 2 * contexts.spread : contexts.spread;
  if (contexts.spread === 1 || rl.groupSize >= least) return [];
  return [
    {
      path: ['contexts', 'spread'],
      message: `arm ${name} spreads the responses to a problem over ${contexts.spread} prompts, but rl.groupSize is ${rl.groupSize}`,
      expected:
        rl.comparedWithin === 'prompt'
          ? `rl.groupSize of ${least} or more, so that each prompt has two responses to compare (rl.comparedWithin: prompt)`
          : `at most ${rl.groupSize}`,
    },
  ];
}

/** How a borrowed policy was trained is said at the arm that trains it. */
function checkBorrowed({ name, policyOf, contexts }: ArmConfig, { arms }: Config): Finding[] {
  const owner = arms.find((arm) => arm.name === policyOf);
  if (!owner) return [];
  return ofTraining
    .filter((key) => contexts[key] !== idleContexts[key] && contexts[key] !== owner.contexts[key])
    .map((key) => ({
      path: ['contexts', key],
      message: `arm ${name} takes the policy of ${owner.name}, whose contexts.${key} is ${String(owner.contexts[key])}, but says ${String(contexts[key])}`,
      expected: `${String(owner.contexts[key])}, or no such key`,
    }));
}
