/**
 * The words in which a language model is asked for relevance. The question is the paper's: does the reasoning carry over,
 * not: are the two about the same thing. Users may bring their own words as a YAML file.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';

/** Texts with places in braces; see {@link PLACES}. */
export interface JudgePrompt {
  /** Name and content hash: labels of another version are other labels. */
  version: string;
  system: string;
  /** One target, one reference. */
  pair: string;
  /** One target, several references, numbered from 1. */
  list: string;
  /** One reference of the list. */
  reference: string;
  /** Put after a reply that could not be read. */
  again: string;
}

type PromptTexts = Omit<JudgePrompt, 'version'>;

/** The places each text may have; the ones that end in `!` it must have. */
const PLACES: Record<keyof PromptTexts, readonly string[]> = {
  system: [],
  pair: ['problem!', 'solution!', 'answer', 'reference!', 'referenceSolution!', 'referenceAnswer'],
  list: ['problem!', 'solution!', 'answer', 'references!', 'count'],
  reference: ['number!', 'reference!', 'referenceSolution!', 'referenceAnswer'],
  again: [],
};

const QUESTION = `Suppose somebody has studied the reference and now faces the target. Does the reasoning carry over: the same theorem, algorithm, proof technique, or structure of argument?
Say yes where the reference's strategy, step for step or in its key idea, leads to the target's solution, even if topic, wording and notation have nothing in common.
Say no where the two merely look alike (same topic, same words, same objects) but need different reasoning, or share only what every problem of the kind shares (reading carefully, arithmetic, solving an equation).`;

const builtIn: PromptTexts = {
  system:
    'You are an expert in mathematics who judges which solved problems teach the reasoning that other problems need.',
  pair: `TARGET PROBLEM
{problem}

TARGET SOLUTION
{solution}

REFERENCE PROBLEM
{reference}

REFERENCE SOLUTION
{referenceSolution}

${QUESTION}

Justify in at most two sentences, naming the strategy that each of the two needs; then decide. Reply with a JSON object only: first "justification", these sentences, then "verdict", which is "yes" or "no".`,
  list: `TARGET PROBLEM
{problem}

TARGET SOLUTION
{solution}

{references}

Judge each of the {count} references by itself; none, some or all of them may fit.
${QUESTION}

For each reference in turn, justify in one sentence, naming the strategy it teaches; then decide. Reply with a JSON object only: "judgements", an array with one object a reference, in their order, of "reference", its number, then "justification", this sentence, then "verdict", which is "yes" or "no".`,
  reference: `REFERENCE {number}: PROBLEM
{reference}

REFERENCE {number}: SOLUTION
{referenceSolution}`,
  again: 'That could not be read. Reply once more, shorter, with the JSON that was asked for and nothing else.',
};

/** The built-in prompt. */
export const judgePrompt: JudgePrompt = { version: versionOf('judge-1', builtIn), ...builtIn };

/** The prompt of a YAML file; texts it leaves out are the built-in ones. null: the built-in prompt. Throws `config`. */
export async function loadJudgePrompt(file: string | null): Promise<JudgePrompt> {
  if (file === null) return judgePrompt;
  const values = parsePrompt(await readText(file), file);
  const own: Partial<PromptTexts> = {};
  for (const [name, text] of Object.entries(values)) {
    const places = PLACES[name as keyof PromptTexts] as readonly string[] | undefined;
    const allowed = Object.keys(PLACES).join(', ');
    if (!places) throw refused(file, `${name} is no part of a judge prompt`, allowed);
    if (typeof text !== 'string' || text.trim() === '') throw refused(file, `${name} is not a text`, 'a text');
    const missing = places.filter((place) => place.endsWith('!') && !text.includes(`{${place.slice(0, -1)}}`));
    if (missing.length > 0) {
      const expected = missing.map((place) => `{${place.slice(0, -1)}}`).join(', ');
      throw refused(file, `${name} does not use ${expected}`, expected);
    }
    own[name as keyof PromptTexts] = text.trim();
  }
  const texts = { ...builtIn, ...own };
  return { version: versionOf('own', texts), ...texts };
}

function versionOf(name: string, texts: PromptTexts): string {
  return `${name}/${hashJson(texts).slice(0, 8)}`;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new RaRftError({
      code: 'config',
      message: `cannot read the judge prompt (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      where: file,
      hint: '`ra-rft judge prompt` prints the built-in one to start from.',
      cause,
    });
  }
}

function parsePrompt(text: string, file: string): Record<string, unknown> {
  let values: unknown;
  try {
    values = parse(text);
  } catch (cause) {
    throw new RaRftError({ code: 'config', message: 'the judge prompt is not valid YAML', where: file, cause });
  }
  if (values !== null && typeof values === 'object' && !Array.isArray(values)) return values as Record<string, unknown>;
  throw refused(file, 'the file holds no texts', Object.keys(PLACES).join(', '));
}

function refused(file: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'config', message, where: file, expected });
}
