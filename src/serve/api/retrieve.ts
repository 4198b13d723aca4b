/** `POST /v1/retrieve`: which solved problems help with this one? And the traces that are searched, added and removed. */
import { z } from 'zod';
import { nearestName } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { FindOptions, FoundTrace, TraceInput } from '../../retriever/index.js';
import { endpoint, type Endpoint } from './endpoint.js';

/** What is searched: `Retriever` of ra-rft/retriever is one. */
export interface ServedRetriever {
  readonly size: number;
  search(question: string, options: FindOptions): Promise<FoundTrace[]>;
  /** Where traces may be added and removed, and stay so after the server has ended. */
  change?: {
    add(traces: TraceInput[], signal?: AbortSignal): Promise<void>;
    remove(ids: string[]): Promise<void>;
  };
}

/** By name; the first is the one that is searched where none is named. */
export type ServedRetrievers = ReadonlyMap<string, ServedRetriever>;

const MOST = 100;

const retriever = z.string().optional().describe('Name of the retriever; the first where it is missing.');
export const retrieveBody = z.strictObject({
  question: z.string().describe('The problem to be solved.'),
  k: z.int().min(1).max(MOST).default(5).describe('Traces at most.'),
  filter: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Only traces that match, as in MongoDB: {"type": "algebra", "level": {"$gte": 3}}.'),
  exclude: z.array(z.string()).max(10_000).optional().describe('Ids that must not come back.'),
  matches: z.boolean().default(false).describe('For every token of the question the nearest token of the trace.'),
  retriever,
});

export const traceSchema = z
  .looseObject({
    id: z.string().min(1),
    question: z.string().optional().describe('What the trace answers.'),
    trace: z.string().optional(),
    text: z.string().optional().describe('Another name of `trace`.'),
  })
  .describe('A solved problem. Further fields come back with it, and filters may ask for them.');

const hitSchema = z.object({
  id: z.string(),
  score: z.number(),
  rank: z.int().describe('1 for the first.'),
  trace: traceSchema,
  matches: z
    .array(
      z.object({
        query: z.string(),
        document: z.string(),
        chunk: z.int(),
        documentToken: z.int(),
        similarity: z.number(),
      }),
    )
    .optional(),
});
export const retrieveAnswer = z.object({ retriever: z.string(), hits: z.array(hitSchema) });

export const tracesBody = z.strictObject({ traces: z.array(traceSchema).min(1).max(1000), retriever });
const changed = z.object({ retriever: z.string(), size: z.int().describe('Traces that are there now.') });

export function retrievalEndpoints(retrievers: ServedRetrievers): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/retrieve',
      summary: 'The traces that help most with a question, best first.',
      body: retrieveBody,
      answer: retrieveAnswer,
      async handle({ question, retriever: asked, filter, ...options }, { signal }) {
        const [name, found] = retrieverOf(retrievers, asked);
        if (filter) refuseCostly(filter);
        return {
          retriever: name,
          hits: await found.search(question, { ...options, ...(filter && { filter }), signal }),
        };
      },
    }),
    {
      method: 'get',
      path: '/v1/retrievers',
      summary: 'The retrievers, and how many traces each searches.',
      answer: z.object({ retrievers: z.array(z.object({ name: z.string(), size: z.int(), changeable: z.boolean() })) }),
      handle: () =>
        Promise.resolve({
          retrievers: [...retrievers].map(([name, one]) => ({
            name,
            size: one.size,
            changeable: one.change !== undefined,
          })),
        }),
    },
    endpoint({
      method: 'post',
      path: '/v1/traces',
      summary: 'Adds traces: all of them or, where one is faulty or its id is there already, none.',
      body: tracesBody,
      answer: changed,
      async handle({ traces, retriever: asked }, { signal }) {
        const [name, one] = retrieverOf(retrievers, asked);
        await changeOf(name, one).add(traces, signal);
        return { retriever: name, size: one.size };
      },
    }),
    {
      method: 'delete',
      path: '/v1/retrievers/:retriever/traces/:id',
      summary: 'Removes a trace.',
      answer: changed,
      async handle({ params }) {
        const [name, one] = retrieverOf(retrievers, params['retriever']);
        await changeOf(name, one).remove([params['id'] as string]);
        return { retriever: name, size: one.size };
      },
    },
  ];
}

/** The retriever of a name, or the first. Throws `usage` where none has the name. */
export function retrieverOf(retrievers: ServedRetrievers, asked: string | undefined): [string, ServedRetriever] {
  const name = asked ?? [...retrievers.keys()][0];
  const found = name === undefined ? undefined : retrievers.get(name);
  if (name !== undefined && found) return [name, found];
  const nearest = name === undefined ? undefined : nearestName(name, [...retrievers.keys()]);
  throw new RaRftError({
    code: 'usage',
    message: name === undefined ? 'this server has no retriever' : `no retriever is called ${JSON.stringify(name)}`,
    where: 'body.retriever',
    expected: [...retrievers.keys()].join(', ') || 'a server that was started with --retriever',
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}

function changeOf(name: string, { change }: ServedRetriever) {
  if (change) return change;
  throw new RaRftError({
    code: 'usage',
    message: `the traces of ${name} cannot be changed here`,
    where: 'retriever',
    hint: 'Start the server with --writable.',
  });
}

/** Patterns can be made so that one search takes for ever, and others wait for it. */
function refuseCostly(filter: Record<string, unknown>): void {
  if (!JSON.stringify(filter).includes('"$regex"')) return;
  throw new RaRftError({
    code: 'usage',
    message: 'the filter has $regex',
    where: 'body.filter',
    expected: '$eq $ne $in $nin $gt $gte $lt $lte $exists $not $and $or $nor',
  });
}
