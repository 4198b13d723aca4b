/**
 * The surface of a problem: topic, name, items, sentence forms. Drawn from a stream of its own, blind to the strategy.
 */
import type { Rng } from '../core/rng.js';
import type { Operator, Order, Strategy, Triple } from './strategies.js';
import { NAMES, TOPICS } from './words.js';

/** Everything of a question but its numbers and what to do with them. */
export interface Surface {
  /** Index into `TOPICS`. */
  topic: number;
  name: string;
  /** Three different items of the topic. */
  items: readonly [string, string, string];
  body: number;
  ending: number;
}

type Body = (surface: Surface, triple: Triple) => string;

const BODIES: readonly Body[] = [
  ({ topic, name, items: [i, j, k] }, [a, b, c]) =>
    `At the ${place(topic)}, ${name} ${verb(topic)} ${a} ${i}, ${b} ${j} and ${c} ${k}.`,
  ({ topic, name, items: [i, j, k] }, [a, b, c]) =>
    `In one day ${name} ${verb(topic)} ${a} ${i}, then ${b} ${j}, then ${c} ${k} at the ${place(topic)}.`,
  ({ topic, name, items: [i, j, k] }, [a, b, c]) =>
    `${a} ${i}, ${b} ${j} and ${c} ${k}: this is what ${name} ${verb(topic)} at the ${place(topic)}.`,
];

const ENDINGS = ['What is the result?', 'Which number comes out?'] as const;

/** Forms of `By the ... rule`; `@` stands for the alias. */
const CARRIERS = [
  'By the @ rule, work it out.',
  'Use the rule of the @.',
  'The @ rule applies here.',
  'Do as the @ custom asks.',
] as const;

/** Words for the first operation of a strategy, and for the second. */
export const FIRST_STEP: Readonly<Record<Operator, readonly string[]>> = {
  '+': ['Add', 'Sum', 'Join'],
  '-': ['Subtract', 'Contrast', 'Offset'],
  '*': ['Multiply', 'Scale', 'Stretch'],
};

export const SECOND_STEP: Readonly<Record<Operator, readonly string[]>> = {
  '+': ['add', 'include', 'append'],
  '-': ['subtract', 'remove', 'deduct'],
  '*': ['multiply by', 'scale by', 'stretch by'],
};

/** Which numbers the first operation takes, and which the second brings in. */
export const PLACES: Readonly<Record<Order, readonly [pair: string, third: string]>> = {
  Front: ['first two', 'last'],
  Back: ['last two', 'first'],
};

const place = (topic: number): string => TOPICS[topic]!.place;
const verb = (topic: number): string => TOPICS[topic]!.verb;

export function drawSurface(rng: Rng): Surface {
  const topic = rng.int(TOPICS.length);
  const [i, j, k] = rng.sample(TOPICS[topic]!.items, 3) as [string, string, string];
  return {
    topic,
    name: rng.pick(NAMES),
    items: [i, j, k],
    body: rng.int(BODIES.length),
    ending: rng.int(ENDINGS.length),
  };
}

/** The whole question: body, what to do (`instruction`), ending. */
export function renderQuestion(surface: Surface, triple: Triple, instruction: string): string {
  return `${BODIES[surface.body]!(surface, triple)} ${instruction} ${ENDINGS[surface.ending]}`;
}

/** Says what to do in plain words: `Multiply the last two, then add the first.` */
export function plainInstruction({ order, first, second }: Strategy, rng: Rng): string {
  const [pair, third] = PLACES[order];
  return `${rng.pick(FIRST_STEP[first])} the ${pair}, then ${rng.pick(SECOND_STEP[second])} the ${third}.`;
}

/** Only names a rule: `By the lantern rule, work it out.` */
export function ruleInstruction(alias: string, rng: Rng): string {
  return rng.pick(CARRIERS).replace('@', alias);
}

/** Every text a question can be made of, for the tokenizer's word list. */
export function surfaceTexts(): string[] {
  const surface: Surface = { topic: 0, name: '', items: ['', '', ''], body: 0, ending: 0 };
  return [
    ...BODIES.map((body) => body(surface, [0, 0, 0])),
    ...ENDINGS,
    ...CARRIERS.map((carrier) => carrier.replace('@', '')),
    ...Object.values(FIRST_STEP).flat(),
    ...Object.values(SECOND_STEP).flat(),
    'the first two, then the last.',
    'the last two, then the first.',
    ...TOPICS.flatMap(({ place, verb, items }) => [place, verb, ...items]),
    ...NAMES,
  ];
}
