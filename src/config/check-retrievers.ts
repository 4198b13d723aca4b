/** Retrievers: names that arms refer to and that are not there, encoders that cannot be built. */
import type { Finding } from './finding.js';
import { defaultRetrievers } from '../retriever/keys.js';
import { nearestName } from './nearest-name.js';
import { partsOf } from './retrievers-behind.js';
import { plainContexts, type Config } from './schema.js';

export function checkRetrievers(config: Config): Finding[] {
  return [
    ...checkContextNames(config),
    ...checkTakenNames(config),
    ...checkParts(config),
    ...checkEncoders(config),
    ...checkReranks(config),
    ...checkFuses(config),
    ...checkServers(config),
    ...checkIndexServers(config),
  ];
}

/**
 * Contexts of arms that are neither plain nor the name of a retriever. Takes values that may be wrong in other ways, so that all that
 * is wrong is said at once.
 */
export function checkContextNames({ arms, retrievers }: { arms?: unknown; retrievers?: unknown }): Finding[] {
  const known = [...plainContexts, ...Object.keys(retrievers ?? defaultRetrievers)];
  return (Array.isArray(arms) ? (arms as unknown[]) : []).flatMap((arm, at) =>
    (['train', 'test'] as const).flatMap((side): Finding[] => {
      const name = (arm as Record<string, unknown> | null)?.[side];
      if (typeof name !== 'string' || known.includes(name)) return [];
      const nearest = nearestName(name, known);
      return [
        {
          path: ['arms', at, side],
          message: `arms[${at}].${side} is ${JSON.stringify(name)}, which names no retriever`,
          expected: known.join(', '),
          ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
        },
      ];
    }),
  );
}

function checkTakenNames({ retrievers }: Config): Finding[] {
  const taken = plainContexts.filter((name) => Object.hasOwn(retrievers, name));
  return taken.map((name) => ({
    path: ['retrievers', name],
    message: `a retriever is named ${name}, which means something else at an arm`,
    expected: `another name than ${plainContexts.join(', ')}`,
  }));
}

function checkParts({ retriever: { validationShare, testShare } }: Config): Finding[] {
  if (validationShare + testShare < 1) return [];
  return [
    {
      path: ['retriever', 'testShare'],
      message: `retriever.validationShare is ${validationShare} and retriever.testShare is ${testShare}, which leaves no labelled query to train on`,
      expected: 'shares that are together below 1',
    },
  ];
}

type Shape = Pick<Config['retriever'], 'convWidth' | 'transformerLayers' | 'hidden' | 'heads'>;

/** The section itself, and every entry that says something of its own about its shape. */
function checkEncoders({ retriever, retrievers }: Config): Finding[] {
  return [
    ...checkShape(retriever, ['retriever'], retriever),
    ...checkHardNegatives(retriever, ['retriever'], retriever),
    ...Object.entries(retrievers).flatMap(([name, entry]) => {
      if (entry.kind !== 'encoder') return [];
      const [whole, path] = [{ ...retriever, ...entry }, ['retrievers', name]];
      return [...checkShape(whole, path, entry), ...checkHardNegatives(whole, path, entry)];
    }),
    ...checkSources(retrievers),
  ];
}

/** An encoder is one of a folder or the policy. */
function checkSources(retrievers: Config['retrievers']): Finding[] {
  return Object.entries(retrievers).flatMap(([name, entry]) =>
    entry.kind === 'encoder' && entry.policy && entry.model !== null
      ? [
          {
            path: ['retrievers', name, 'policy'],
            message: `retrievers.${name} names a model and takes the policy`,
            expected: 'model or policy, not both',
          },
        ]
      : [],
  );
}

type Mining = Pick<Config['retriever'], 'loss' | 'hardNegatives' | 'hardNegativesFromRank' | 'hardNegativesToRank'>;

function checkHardNegatives(
  { loss, hardNegatives, hardNegativesFromRank, hardNegativesToRank }: Mining,
  path: string[],
  own: object,
): Finding[] {
  const mined = ['loss', 'hardNegatives', 'hardNegativesFromRank', 'hardNegativesToRank'].some((key) => key in own);
  if (hardNegatives === 0 || !mined) return [];
  const at = path.join('.');
  const findings: Finding[] = [];
  if (loss !== 'infonce') {
    findings.push({
      path: [...path, 'hardNegatives'],
      message: `${at}.hardNegatives is ${hardNegatives}, but the loss ${loss} has no negatives: it looks at measured candidates alone`,
      expected: '0, or loss: infonce',
    });
  }
  if (hardNegativesToRank < hardNegativesFromRank) {
    findings.push({
      path: [...path, 'hardNegativesToRank'],
      message: `${at}.hardNegativesToRank is ${hardNegativesToRank}, before ${at}.hardNegativesFromRank (${hardNegativesFromRank})`,
      expected: `at least ${hardNegativesFromRank}`,
    });
  }
  return findings;
}

/** `own` are the keys that stand at `path`; what is inherited is told where it stands. */
function checkShape({ convWidth, transformerLayers, hidden, heads }: Shape, path: string[], own: object): Finding[] {
  const at = path.join('.');
  const findings: Finding[] = [];
  if (convWidth % 2 !== 1 && 'convWidth' in own) {
    findings.push({
      path: [...path, 'convWidth'],
      message: `${at}.convWidth is ${convWidth}`,
      expected: 'an odd number, so that the window has a middle',
    });
  }
  const shaped = ['transformerLayers', 'hidden', 'heads'].some((key) => key in own);
  if (transformerLayers > 0 && hidden % (2 * heads) !== 0 && shaped) {
    findings.push({
      path: [...path, 'heads'],
      message: `${at}.heads is ${heads}`,
      expected: `a divisor of half of ${at}.hidden (${hidden}), so that each head has an even size`,
    });
  }
  return findings;
}

/** What may stand behind a rerank or a fuse. */
const searching = ['bm25', 'encoder', 'embeddings'];
const proposing = [...searching, 'fuse'];
const ordering = ['encoder', 'embeddings'];

function checkReranks({ retrievers }: Config): Finding[] {
  return Object.entries(retrievers).flatMap(([name, entry]) => {
    if (entry.kind !== 'rerank') return [];
    return [
      ...checkBehind(retrievers, { path: ['retrievers', name, 'first'], other: entry.first, kinds: proposing }),
      ...checkBehind(retrievers, { path: ['retrievers', name, 'then'], other: entry.then, kinds: ordering }),
    ];
  });
}

function checkFuses({ retrievers }: Config): Finding[] {
  return Object.entries(retrievers).flatMap(([name, entry]): Finding[] => {
    if (entry.kind !== 'fuse') return [];
    const path = ['retrievers', name, 'of'];
    const used = partsOf(entry);
    const message = `retrievers.${name}.of gives ${used.length === 0 ? 'no retriever' : `only ${used.join()}`} a weight above 0`;
    return [
      ...(used.length < 2 ? [{ path, message, expected: 'weights of at least two retrievers' }] : []),
      ...Object.keys(entry.of).flatMap((other) =>
        checkBehind(retrievers, { path: [...path, other], other, kinds: searching, isKey: true }),
      ),
    ];
  });
}

interface Behind {
  path: string[];
  /** Its name: the value at the path, or the last key of it. */
  other: string;
  isKey?: boolean;
  kinds: readonly string[];
}

function checkBehind(retrievers: Config['retrievers'], { path, other, isKey = false, kinds }: Behind): Finding[] {
  const found = retrievers[other]?.kind;
  if (found !== undefined && kinds.includes(found)) return [];
  const fitting = Object.keys(retrievers).filter((one) => kinds.includes(retrievers[one]!.kind));
  const nearest = nearestName(other, fitting);
  return [
    {
      path,
      message: `${path.join('.')}${isKey ? '' : ` is ${other}, which`} ${found === undefined ? 'names no retriever' : `is of kind ${found}`}`,
      expected: `a retriever of kind ${kinds.join(', ')}: ${fitting.join(', ')}`,
      ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
    },
  ];
}

function checkServers({ retrievers, llm }: Config): Finding[] {
  return Object.entries(retrievers).flatMap(([name, entry]): Finding[] => {
    if (entry.kind !== 'embeddings') return [];
    const secret = /^https?:\/\/[^/]*@/.test(entry.url);
    const unpriced = llm.maxUsd > 0 && !llm.prices.some(({ model }) => model === entry.model);
    return [
      ...(secret
        ? [
            {
              path: ['retrievers', name, 'url'],
              message: `retrievers.${name}.url holds a user name or password, which would stand in the run folder`,
              expected: 'an address without them, and the key in the environment variable that apiKeyEnv names',
            },
          ]
        : []),
      ...(unpriced
        ? [
            {
              path: ['llm', 'maxUsd'],
              message: `llm.maxUsd needs the price of ${entry.model} (retrievers.${name}), which llm.prices does not have`,
              expected: `an item of llm.prices with model: ${entry.model}`,
            },
          ]
        : []),
    ];
  });
}

/** Databases that keep the vectors of encoders. */
function checkIndexServers({ retrievers }: Config): Finding[] {
  return Object.entries(retrievers).flatMap(([name, entry]): Finding[] => {
    if (entry.kind !== 'encoder' || !entry.server) return [];
    const { kind, url, apiKeyEnv } = entry.server;
    const at = `retrievers.${name}`;
    const findings: Finding[] = [];
    const wrong = (key: string, message: string, expected: string) =>
      findings.push({ path: ['retrievers', name, ...key.split('.')], message: `${at}.${key} ${message}`, expected });
    if (/^[a-z][a-z0-9+]*:\/\/[^/]*@/.test(url))
      wrong(
        'server.url',
        'holds a user name or password, which would stand in the run folder',
        'an address without them',
      );
    else if (kind === 'next-plaid' && !/^https?:\/\/./.test(url))
      wrong('server.url', `is ${url}`, 'the address of a NextPlaid server: http://... or https://...');
    else if (kind === 'lancedb' && /^(https?|db):\/\//.test(url))
      wrong('server.url', `is ${url}`, 'a folder, or a bucket: s3://..., gs://..., az://...');
    if (kind === 'lancedb' && apiKeyEnv !== null)
      wrong(
        'server.apiKeyEnv',
        `is ${apiKeyEnv}`,
        'null: LanceDB finds the keys of a bucket in the environment by itself',
      );
    if (entry.index !== undefined && entry.index !== 'auto')
      wrong(
        'index',
        `is ${entry.index}, which says how an index of the run folder is searched`,
        'no key index beside server',
      );
    return findings;
  });
}
