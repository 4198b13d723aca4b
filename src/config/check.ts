/** What no single key can tell: values that do not fit together. */
import { checkContexts } from './check-contexts.js';
import { checkEngine } from './check-engine.js';
import { checkMethods } from './check-methods.js';
import { checkRetrievers } from './check-retrievers.js';
import { checkRl } from './check-rl.js';
import { checkWarmup } from './check-warmup.js';
import type { Finding } from './finding.js';
import type { Config } from './schema.js';

export function checkConfig(config: Config): Finding[] {
  return [
    ...checkData(config),
    ...checkEngine(config),
    ...checkLlm(config),
    ...checkArms(config),
    ...checkCompared(config),
    ...checkRetrievers(config),
    ...checkRl(config),
    ...checkContexts(config),
    ...checkMethods(config),
    ...checkWarmup(config),
  ];
}

function checkData({ data, reward }: Config): Finding[] {
  const named = namedFiles(data);
  if (data.source === 'world' && named[0] !== undefined) {
    return [
      {
        path: ['data', 'source'],
        message: `data.source is world, but ${named[0]} names a file`,
        expected: 'files, or no data.source at all; world without files',
      },
    ];
  }
  if (dataSource(data) === 'world') return [];
  const findings: Finding[] = [];
  if (data.problems.path === null) {
    findings.push({
      path: ['data', 'problems', 'path'],
      message: `${data.source === 'files' ? 'data.source is files' : `${named[0]} names a file`}, but data.problems.path names none`,
      expected: 'a data file with a question and an answer a record',
    });
  }
  if (data.tests.path === null && data.testShare === 0 && data.holdOut.share === 0) {
    findings.push({
      path: ['data', 'testShare'],
      message: 'there would be no test problems',
      expected: 'a share above 0, or a file as data.tests.path',
    });
  }
  for (const file of ['problems', 'corpus', 'tests'] as const) {
    if (data[file].workedAnswer !== 'expression' || reward !== 'boxed') continue;
    findings.push({
      path: ['data', file, 'workedAnswer'],
      message: `data.${file}.workedAnswer is expression, but reward: boxed takes no answer but a number`,
      expected: 'number with reward: boxed; expression with reward: math, which evaluates it',
    });
  }
  return findings;
}

/** Keys that name files of the user's own. */
function namedFiles({ problems, corpus, tests, excludeLists }: Config['data']): string[] {
  const paths = { problems: problems.path, corpus: corpus.path, tests: tests.path };
  const named = Object.entries(paths).flatMap(([key, path]) => (path === null ? [] : [`data.${key}.path`]));
  return excludeLists === null ? named : [...named, 'data.excludeLists'];
}

/** Where the data comes from: as said, else files where one is named. */
export function dataSource(data: Config['data']): 'world' | 'files' {
  if (data.source !== 'auto') return data.source;
  return namedFiles(data).length > 0 ? 'files' : 'world';
}

function checkLlm({ llm, labels }: Config): Finding[] {
  const findings: Finding[] = [];
  if (labels.judge === 'llm' && llm.model === null) {
    findings.push({
      path: ['llm', 'model'],
      message: 'labels.judge is llm, but llm.model names no model',
      expected: 'the name of a model on the server at llm.baseUrl',
    });
  }
  if (/^https?:\/\/[^/]*@/.test(llm.baseUrl)) {
    findings.push({
      path: ['llm', 'baseUrl'],
      message: 'llm.baseUrl holds a user name or password, which would stand in the run folder',
      expected: 'an address without them, and the key in the environment variable that llm.apiKeyEnv names',
    });
  }
  if (llm.maxUsd > 0 && llm.model !== null && !llm.prices.some(({ model }) => model === llm.model)) {
    findings.push({
      path: ['llm', 'maxUsd'],
      message: `llm.maxUsd needs the price of ${llm.model}, which llm.prices does not have`,
      expected: `an item of llm.prices with model: ${llm.model}`,
      hint: 'A local server costs nothing: inputUsd: 0 and outputUsd: 0. llm.maxCalls limits calls without prices.',
    });
  }
  return [...findings, ...checkCandidates(labels), ...checkBudget(labels, llm), ...checkVotes(labels.llm)];
}

/** Candidates at random that it takes to have a mean to compare with. */
const LEAST_RANDOM = 2;

function checkCandidates({ judge, maxCandidates, likeSolution }: Config['labels']): Finding[] {
  if (judge !== 'utility' || likeSolution === 0 || maxCandidates - likeSolution >= LEAST_RANDOM) return [];
  return [
    {
      path: ['labels', 'likeSolution'],
      message: `labels.likeSolution is ${likeSolution} of labels.maxCandidates: ${maxCandidates}, but gains are compared with the mean over the others`,
      expected: `at most ${Math.max(0, maxCandidates - LEAST_RANDOM)}; half of them is a good start`,
    },
  ];
}

function checkBudget(
  { judge, selection, rounds, llm: { candidatesPerCall } }: Config['labels'],
  llm: Config['llm'],
): Finding[] {
  if (selection.pairs === 'all') return [];
  const findings: Finding[] = [];
  if (rounds > 1) {
    findings.push({
      path: ['labels', 'rounds'],
      message: `labels.rounds is ${rounds}, but labels.selection.pairs: budget chooses pairs in rounds of its own`,
      expected: '1 with labels.selection.pairs: budget',
    });
  }
  if (judge === 'utility') {
    findings.push({
      path: ['labels', 'selection', 'pairs'],
      message:
        'labels.selection.pairs is budget, but labels.judge: utility only compares the traces of a problem with each other',
      expected: 'all with labels.judge: utility; budget with llm or truth',
      hint: 'labels.maxQueries and labels.maxCandidates bound what measured utility costs.',
    });
  }
  if (judge === 'llm' && candidatesPerCall > 1) {
    findings.push({
      path: ['labels', 'llm', 'candidatesPerCall'],
      message: `labels.llm.candidatesPerCall is ${candidatesPerCall}, but a budget chooses single pairs`,
      expected: '1 with labels.selection.pairs: budget',
    });
  }
  if (judge === 'llm' && llm.batch) {
    findings.push({
      path: ['llm', 'batch'],
      message: 'llm.batch is true, but a budget chooses pairs by the verdicts before, in a hundred waves or more',
      expected: 'false with labels.selection.pairs: budget',
    });
  }
  return findings;
}

function checkVotes({ votes, temperature }: Config['labels']['llm']): Finding[] {
  if (votes % 2 === 0) {
    return [{ path: ['labels', 'llm', 'votes'], message: `labels.llm.votes is ${votes}`, expected: 'an odd number' }];
  }
  if (votes === 1 || temperature > 0) return [];
  return [
    {
      path: ['labels', 'llm', 'temperature'],
      message: `labels.llm.votes is ${votes}, but at temperature 0 all votes are the same`,
      expected: 'a temperature above 0, as in 0.7',
    },
  ];
}

/** Names under which a run keeps policies and rows of metrics that are no arm's. */
const ownNames = /^(warmup(-start|-\d+)?|retriever)$/;

function checkArms({ arms }: Config): Finding[] {
  const byName = new Map(arms.map((arm) => [arm.name, arm]));
  return arms.flatMap((arm, at): Finding[] => {
    const here = ['arms', at];
    if (byName.get(arm.name) !== arm) return [{ path: [...here, 'name'], message: `two arms are named ${arm.name}` }];
    if (ownNames.test(arm.name))
      return [
        {
          path: [...here, 'name'],
          message: `an arm is named ${arm.name}, as the run names a training of its own`,
          expected: 'another name',
        },
      ];
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

/** Arms that the results are told of must be there. */
function checkCompared({ arms, retrievers, eval: { subject, baseline, contextArms } }: Config): Finding[] {
  const named = [
    ['subject', subject],
    ['baseline', baseline],
    ...contextArms.map((name) => ['contextArms', name] as const),
  ] as const;
  const alone = arms.filter(({ name, test }) => contextArms.includes(name) && !Object.hasOwn(retrievers, test));
  const tried = arms.filter(({ test }) => Object.hasOwn(retrievers, test)).map(({ name }) => name);
  const untried = alone.map(({ name, test }) => ({
    path: ['eval', 'contextArms'],
    message: `eval.contextArms names ${name}, which is tested with ${test}: it has no traces to be tried one by one`,
    expected: tried.length > 0 ? tried.join(', ') : 'arms whose test is a retriever, and there is none',
  }));
  const unknown = named.flatMap(([key, name]) =>
    name === null || arms.some((arm) => arm.name === name)
      ? []
      : [
          {
            path: ['eval', key],
            message: `eval.${key} names ${name}, and no arm is called that`,
            expected: arms.map((arm) => arm.name).join(', '),
          },
        ],
  );
  return [...unknown, ...untried];
}
