/** The part of the schema about judging: the language model server, and the relevance labels. */
import { z } from 'zod';
import { atLeast, count, key, path, positive, section, share } from './schema-fields.js';
import { generationFor } from './schema-generation.js';

const price = z.strictObject({
  model: key(z.string().min(1), 'Name of the model, as in llm.model.'),
  inputUsd: key(z.number().min(0), 'Price of a million prompt tokens.', 'USD'),
  outputUsd: key(z.number().min(0), 'Price of a million reply tokens.', 'USD'),
});

export const llm = section(
  {
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://api.openai.com/v1')
      .meta({
        description: 'Address of an OpenAI-compatible server (hosted, vLLM, llama.cpp), up to and with /v1.',
        hidden: true,
      }),
    model: key(z.string().min(1).nullable().default(null), 'Name of the model on that server.'),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
      .nullable()
      .default('OPENAI_API_KEY')
      .meta({
        description:
          'Name of the environment variable that holds the key; the key itself never stands in a file. null: the server wants none.',
        hidden: true,
      }),
    concurrency: count(1, 8, 'Calls under way at a time.', 'calls'),
    timeoutSeconds: positive(120, 'A call without a whole answer after this long is given up and tried again.', 's'),
    retries: count(0, 6, 'Further tries after 408, 409, 429, 5xx, a broken connection or a time-out.', 'tries'),
    structuredOutput: key(
      z.boolean().default(true),
      'Hold replies to a JSON schema where the server can; it falls back by itself where the server cannot.',
    ),
    maxUsd: atLeast(
      0,
      0,
      'Stop before more than this is spent, all earlier attempts on the same cache of replies counted; 0: no limit. Needs the price of the model.',
      'USD',
    ),
    maxCalls: count(
      0,
      0,
      'Stop before more calls than this are made, all earlier attempts on the same cache of replies counted; 0: no limit.',
      'calls',
    ),
    prices: key(z.array(price).default([]), 'What models cost.'),
    cache: path(
      'Append-only file of every request and reply, so that nothing is paid twice. Several runs may use one, one after the other. null: in the folder of the run.',
    ),
    batch: key(
      z.boolean().default(false),
      "Use the server's Batch API: half the price where it is OpenAI's, answers within a day.",
    ),
    batchSize: count(1, 10_000, 'Requests of one batch at most.', 'requests'),
    batchPriceFactor: positive(0.5, 'Price of a call in a batch, relative to a call by itself.'),
    batchPollSeconds: positive(30, 'Time between two looks at a batch.', 's'),
  },
  'The language model that judges pairs, writes traces or types problems, behind any OpenAI-compatible server.',
);

const llmJudge = section(
  {
    promptFile: path(
      'YAML file with a prompt of your own; `ra-rft judge prompt` prints the built-in one to start from. null: the built-in one.',
    ),
    votes: count(1, 1, 'Answers asked for each pair, the majority decides; odd.', 'votes'),
    candidatesPerCall: count(
      1,
      1,
      'Traces judged in one call; above 1 (listwise) is cheaper and less exact.',
      'traces',
    ),
    maxTokens: count(16, 400, 'Longest reply for one pair.', 'tokens'),
    temperature: atLeast(0, 0, 'Sampling temperature; with votes above 1, above 0, so that votes can differ.'),
  },
  'How the language model judges (with judge: llm); the model itself stands in llm.',
);

const selection = section(
  {
    pairs: key(
      z.enum(['all', 'budget']).default('all'),
      'all: judge every candidate (the paper). budget: judge a share, sort problems and traces into classes by it, and infer the rest; with judge llm or truth.',
    ),
    share: key(
      z.number().gt(0).max(1).default(0.05),
      'budget: share of the candidate pairs that may be judged.',
      'share',
    ),
    randomShare: share(
      0.1,
      'budget: share of the judgements that goes to random pairs, which check what was inferred and show what was missed.',
    ),
    minConfirmed: share(
      0.7,
      'budget: share of the checked inferred positives that the judge must confirm; below it nothing inferred is used.',
    ),
    rounds: count(
      0,
      3,
      'budget: how often a quick retriever is trained on the labels so far; it says which class a problem is tried with first.',
      'rounds',
    ),
    quickSteps: count(1, 300, 'budget: training steps of each quick retriever.', 'steps'),
    width: count(
      1,
      16,
      'budget: problems, and traces, that look for their class at the same time. More keep more slots of a server busy, and cost more judgements.',
      'problems',
    ),
    foundingTraces: count(
      1,
      40,
      'budget: traces, of those without a class, that a problem which fits no class is judged with at most; the others look for a class themselves.',
      'traces',
    ),
  },
  'Which of the candidate pairs are judged. With a budget maxCandidates should be large: it limits what can be chosen.',
);

const alternation = section(
  {
    times: count(
      0,
      0,
      'How often a fresh policy is warmed up on the labels so far, and gain is measured anew with it on the same pairs; 0: never.',
      'times',
    ),
    confidentShare: key(
      z.number().gt(0).max(1).default(0.5),
      'Share of the problems with a relevant trace that the policy is warmed up on: those whose labels are surest.',
      'share',
    ),
    confidence: key(
      z.enum(['gain', 'lead']).default('gain'),
      'How sure the labels of a problem are: by its best gain, or by how far that leads the second best.',
    ),
    right: share(0.8, 'Share of the prompts with the best trace of the problem by gain.'),
    wrong: share(
      0,
      'Share of the prompts with a random one of the traces that were measured and are not relevant; prompts that have neither show no trace.',
    ),
  },
  'Labels and warm-up in turns: a policy that uses traces measures gain far sharper than one that was warmed up on random ones.',
);

export const labels = section(
  {
    judge: key(
      z.enum(['utility', 'llm', 'truth']).default('utility'),
      'utility: measured gain of the policy with the trace in the prompt (Eq. 1). llm: a language model reads both solved problems and says whether one helps with the other, as in the paper. truth: equal truth fields, a control.',
    ),
    llm: llmJudge,
    measure: key(
      z.enum(['solution', 'answer', 'success']).default('solution'),
      'utility: what is measured. solution: log-likelihood of the right solution. answer: that of the boxed right answer alone, for problems without solutions. success: share of right answers among sampled ones, Eq. 1 itself, hundreds of times as costly.',
    ),
    samples: count(1, 8, 'measure success: answers sampled for each pair.', 'answers'),
    generation: generationFor('the answers of measure success'),
    baseline: key(
      z.enum(['query', 'query-and-trace']).default('query-and-trace'),
      "What a gain is measured against: the mean over the query's candidates, or that and what the trace does for queries on average, so that a trace that helps everyone is not relevant to everyone.",
    ),
    topPositives: count(
      1,
      6,
      'The best this many traces of a query with a gain above minGain become positives.',
      'traces',
    ),
    minGain: atLeast(
      0,
      0,
      'Gain that a positive must exceed, in nats or, with measure: success, as a share; keeps noise out where no trace makes a difference.',
      'gain',
    ),
    maxQueries: count(1, 760, 'Training problems to label.', 'problems'),
    maxCandidates: count(
      1,
      72,
      'Traces judged for each query, drawn at random among the allowed ones but for likeSolution.',
      'traces',
    ),
    likeSolution: count(
      0,
      0,
      "How many of them are those whose traces are most like the query's own worked solution, numbers aside: among a few that are drawn at random there is mostly none that helps. Gains are compared with the mean over the others.",
      'traces',
    ),
    rounds: count(
      1,
      1,
      'Rounds of labelling. From the second on a retriever that is trained on the labels so far proposes candidates, and these are judged beside a random slice.',
      'rounds',
    ),
    proposalsPerRound: count(
      0,
      16,
      'Candidates of each query that the retriever proposes in a further round: the best that were not judged.',
      'traces',
    ),
    randomPerRound: count(
      0,
      8,
      'Candidates of each query drawn at random in a further round, among those that were not judged: what proposals are compared with.',
      'traces',
    ),
    policy: key(
      z.enum(['warmup', 'model']).default('warmup'),
      'utility: which policy measures first, and encoders stand on. warmup: the warmed-up one. model: the model as it comes, which copies what it is shown better than one that random traces have taught to ignore them.',
    ),
    alternation,
    selection,
    restrictToType: key(z.boolean().default(true), 'Judge only pairs of the same coarse type.'),
    excludeSameAnswer: key(
      z.boolean().default(true),
      "Leave out traces with the query's own answer, which would reward copying.",
    ),
  },
  'Gold-relevance labels: which trace helps with which problem.',
);
