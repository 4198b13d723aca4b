/** Which prompts of a run are exported: its arms, or retrievers by themselves; and what a file of prompts cannot say of an arm. */
import { nearestName, type ArmConfig, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { searchedSets, type ProblemSet, type PromptRun } from '../pipeline/index.js';
import type { RecipeName } from '../rl/index.js';

/** Names that a person asks for; without any, all arms. */
export interface ExportChoice {
  arms: readonly string[];
  retrievers: readonly string[];
}

/** One folder of an export. */
export interface ChosenArm {
  name: string;
  /** `arms/<name>` or `retrievers/<name>`. */
  folder: string;
  contexts: Pick<ArmConfig, 'train' | 'test' | 'contexts'>;
  /** What is exported; an arm that trains nothing by reinforcement has no training prompts. */
  sets: readonly ProblemSet[];
  recipe: RecipeName;
  /** What of the arm the export does not carry, a sentence each. */
  limits: string[];
}

/** Throws `usage` for a name that the run does not have, `run-folder` for a retriever that it has not searched with. */
export async function chosenArms(run: PromptRun, { arms, retrievers }: ExportChoice): Promise<ChosenArm[]> {
  const { config } = run;
  const names = arms.length + retrievers.length > 0 ? unique(arms) : config.arms.map(({ name }) => name);
  const chosen = names.map((name) =>
    ofArm(
      named(
        '--arm',
        name,
        config.arms.map((arm) => [arm.name, arm] as const),
      ),
      config,
    ),
  );
  for (const name of unique(retrievers)) {
    named('--retriever', name, Object.entries(config.retrievers));
    chosen.push(await ofRetriever(run, name));
  }
  return chosen;
}

function ofArm(arm: ArmConfig, { rl }: Pick<Config, 'rl'>): ChosenArm {
  const { name, method, policyOf, recipe } = arm;
  const trains = method === 'rl' && policyOf === null;
  const owner = policyOf === null ? [] : [`it takes the policy of ${policyOf} and trains none: its test prompts alone`];
  const other = method === 'rl' ? [] : [`its method is ${method}, no reinforcement: its test prompts alone`];
  return {
    name,
    folder: `arms/${name}`,
    contexts: arm,
    sets: trains ? ['train', 'test'] : ['test'],
    recipe: recipe ?? rl.recipe,
    limits: [...owner, ...other, ...(trains ? changingContexts(arm) : [])],
  };
}

/** Contexts that change while a policy trains, where rows stay as they are. */
function changingContexts({ train, contexts }: ArmConfig): string[] {
  const { spread, drop, annealSteps, onlyAfterAllWrong, hintShares } = contexts;
  return [
    ...(spread > 1
      ? [`contexts.spread: the ${spread} prompts of a problem are rows of their own, compared apart from each other`]
      : []),
    ...(drop > 0 ? [`contexts.drop: no row is without its context; a run leaves ${drop} of them out by chance`] : []),
    ...(annealSteps > 0 ? ['contexts.annealSteps: the context is in every row to the end'] : []),
    ...(onlyAfterAllWrong
      ? ['contexts.onlyAfterAllWrong: both prompts of a problem are rows, the one with its context not only at need']
      : []),
    ...(train === 'hint' && hintShares.length > 1
      ? ['contexts.hintShares: the hints of a problem are rows beside each other; in a run they follow one another']
      : []),
  ];
}

async function ofRetriever(run: PromptRun, name: string): Promise<ChosenArm> {
  const { config } = run;
  const sets = await searchedSets(run, name);
  if (sets.length === 0)
    throw new RaRftError({
      code: 'run-folder',
      message: `the run has not retrieved with ${name}`,
      where: `${run.root}: retrieved/${name}.jsonl`,
      expected: 'a retriever that an arm or a grade of the run uses',
      hint: 'Give an arm that retriever as train or test, then `ra-rft retriever --name NAME` searches with it.',
    });
  const contexts = { traces: 1, spread: 1, drop: 0, annealSteps: 0, onlyAfterAllWrong: false };
  return {
    name,
    folder: `retrievers/${name}`,
    contexts: { train: name, test: name, contexts: { ...contexts, demonstrations: 1, hintShares: [0.5] } },
    sets,
    recipe: config.rl.recipe,
    limits: sets.includes('train') ? [] : ['the run has searched with it for its test problems alone'],
  };
}

function named<T>(option: string, name: string, known: readonly (readonly [string, T])[]): T {
  const found = known.find(([own]) => own === name);
  if (found) return found[1];
  const names = known.map(([own]) => own);
  const nearest = nearestName(name, names);
  throw new RaRftError({
    code: 'usage',
    message: `the run has no ${option.slice(2)} named ${name}`,
    where: option,
    expected: names.join(', '),
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
