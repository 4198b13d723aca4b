/** What no single key can tell: values that do not fit together. */
import type { Config } from './schema.js';

/** One thing wrong with a configuration. */
export interface Finding {
  path: readonly PropertyKey[];
  message: string;
  expected?: string;
  hint?: string;
}

export function checkConfig(config: Config): Finding[] {
  return [...checkData(config), ...checkArms(config), ...checkRetriever(config)];
}

function checkData({ data }: Config): Finding[] {
  if (data.source === 'world') return [];
  const findings: Finding[] = [];
  if (data.problems.path === null) {
    findings.push({
      path: ['data', 'problems', 'path'],
      message: 'data.source is files, but data.problems.path names no file',
      expected: 'a JSONL file with a question and an answer a line',
    });
  }
  if (data.tests.path === null && data.testShare === 0) {
    findings.push({
      path: ['data', 'testShare'],
      message: 'there would be no test problems',
      expected: 'a share above 0, or a file as data.tests.path',
    });
  }
  return findings;
}

function checkArms({ arms }: Config): Finding[] {
  const byName = new Map(arms.map((arm) => [arm.name, arm]));
  return arms.flatMap((arm, at): Finding[] => {
    const here = ['arms', at];
    if (byName.get(arm.name) !== arm) return [{ path: [...here, 'name'], message: `two arms are named ${arm.name}` }];
    if (arm.policyOf === null) return [];
    const source = byName.get(arm.policyOf);
    if (!source || source.policyOf !== null) {
      return [
        {
          path: [...here, 'policyOf'],
          message: `arms[${at}].policyOf names ${arm.policyOf}, which trains no policy`,
          expected: arms
            .filter((other) => other.policyOf === null)
            .map((other) => other.name)
            .join(', '),
        },
      ];
    }
    if (source.train === arm.train) return [];
    return [
      {
        path: [...here, 'train'],
        message: `arm ${arm.name} takes the policy of ${source.name}, which trains with ${source.train}, but says ${arm.train}`,
        expected: `train: ${source.train}`,
      },
    ];
  });
}

function checkRetriever({ retriever }: Config): Finding[] {
  const { convWidth, transformerLayers, hidden, heads } = retriever;
  const findings: Finding[] = [];
  if (convWidth % 2 !== 1) {
    findings.push({
      path: ['retriever', 'convWidth'],
      message: `retriever.convWidth is ${convWidth}`,
      expected: 'an odd number, so that the window has a middle',
    });
  }
  if (transformerLayers > 0 && hidden % (2 * heads) !== 0) {
    findings.push({
      path: ['retriever', 'heads'],
      message: `retriever.heads is ${heads}`,
      expected: `a divisor of half of retriever.hidden (${hidden}), so that each head has an even size`,
    });
  }
  return findings;
}
