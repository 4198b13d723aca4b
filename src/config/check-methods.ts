/** What does not fit together among the methods of arms: refused before any work. */
import { idleContexts, ofTraining } from './check-contexts.js';
import type { Finding } from './finding.js';
import type { ArmConfig, Config } from './schema.js';

export function checkMethods(config: Config): Finding[] {
  return config.arms.flatMap((arm, at) => [...checkArm(arm, ['arms', at], config), ...checkBorrowed(arm, at, config)]);
}

function checkArm(arm: ArmConfig, here: (string | number)[], { opsd, rl }: Config): Finding[] {
  const findings: Finding[] = [];
  if (arm.method !== 'rl' && arm.recipe !== null) {
    findings.push({
      path: [...here, 'recipe'],
      message: `arm ${arm.name} has the method ${arm.method}, which has no recipe, but names ${arm.recipe}`,
      expected: 'no recipe, or the method rl',
    });
  }
  if (arm.policyOf !== null) return findings;
  if (arm.method !== 'rl') findings.push(...checkMoments(arm, here));
  if (arm.method !== 'opsd') return findings;
  if ((opsd.privileged === 'trace') !== (arm.train !== 'none')) {
    const nothing = opsd.privileged === 'trace';
    findings.push({
      path: [...here, 'train'],
      message: nothing
        ? `opsd.privileged is trace, but arm ${arm.name} trains with none: its teacher would see nothing`
        : `opsd.privileged is solution, but arm ${arm.name} trains with ${arm.train}, which nobody would see`,
      expected: nothing
        ? 'the retriever that finds the trace, or opsd.privileged: solution'
        : 'none, or opsd.privileged: trace',
    });
  }
  if (opsd.divergence !== 'sampled' && opsd.topK === 1) {
    findings.push({
      path: ['opsd', 'topK'],
      message: 'opsd.topK is 1: a single token has probability 1 on both sides, so nothing would be learnt',
      expected: '0 (the whole vocabulary), or 2 and more',
    });
  }
  if (rl.epochs * rl.minibatches > 1) {
    findings.push({
      path: ['rl', rl.epochs > 1 ? 'epochs' : 'minibatches'],
      message: `the method opsd has no ratio to correct for a moved policy, but rl.epochs x rl.minibatches is ${rl.epochs * rl.minibatches}`,
      expected: '1 for both',
    });
  }
  if (rl.kl.coefficient > 0 || rl.entropyBonus > 0) {
    findings.push({
      path: ['rl', rl.kl.coefficient > 0 ? 'kl' : 'entropyBonus'],
      message: `arm ${arm.name} has the method opsd, whose loss has neither a divergence from the start (rl.kl) nor an entropy bonus`,
      expected: '0 for both where an arm has the method opsd',
    });
  }
  return findings;
}

/** Only rewards are compared over contexts that come and go: other methods show a problem one context, always. */
function checkMoments({ name, method, train, contexts }: ArmConfig, here: (string | number)[]): Finding[] {
  if (train === 'none') return [];
  if (train === 'hint') {
    return [
      {
        path: [...here, 'train'],
        message: `arm ${name} has the method ${method} and trains with hint: parts of a problem's solution, shorter from step to step, are for the method rl`,
        expected:
          method === 'opsd'
            ? 'a retriever; opsd.privileged: solution shows whole solutions'
            : 'none, fixed or a retriever',
      },
    ];
  }
  return ofTraining
    .filter((key) => contexts[key] !== idleContexts[key])
    .map((key) => ({
      path: [...here, 'contexts', key],
      message: `contexts.${key} of arm ${name} is ${JSON.stringify(contexts[key])}, but its method ${method} shows every problem one context at every step`,
      expected: `${idleContexts[key]}, or the method rl`,
    }));
}

/** An arm that borrows a policy trains nothing itself, and says the method of the arm that does. */
function checkBorrowed(arm: ArmConfig, at: number, { arms }: Config): Finding[] {
  const owner = arms.find(({ name }) => name === arm.policyOf);
  if (!owner || arm.method === 'rl' || arm.method === owner.method) return [];
  return [
    {
      path: ['arms', at, 'method'],
      message: `arm ${arm.name} takes the policy of ${owner.name}, whose method is ${owner.method}, but says ${arm.method}`,
      expected: `method: ${owner.method}`,
    },
  ];
}
