/**
 * RA-RFT in one file, on the embedded world: labels by measured gain, a retriever trained on them, reinforcement fine-tuning with the
 * retrieved trace in the prompt, evaluation on problems of rules that training never shows. `npx tsx ra-rft.ts [folder]`, with
 * `--quick` after it in seconds, to see that it works: too small to learn anything.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveConfig, rlSettingsOf } from 'ra-rft/config';
import { Rng } from 'ra-rft/core';
import { isUnseen, noContext, showing, TraceGuard, type Context, type Problem } from 'ra-rft/data';
import { openLocalEngine, policyRefOf, withPolicy, type Policy } from 'ra-rft/engine';
import { averageAtK, evaluate } from 'ra-rft/eval';
import { judgeByUtility, selectPairs } from 'ra-rft/judge';
import { openModel, PromptCodec } from 'ra-rft/models';
import {
  collectLabels,
  createEncoder,
  encoderShapeOf,
  EncoderRetriever,
  searchAllowed,
  specOf,
  splitQueries,
  startEncoder,
  trainOptionsOf,
  trainRetriever,
  writeRetriever,
} from 'ra-rft/retriever';
import { always, makeRecipe, trainRl } from 'ra-rft/rl';
import { RunFolder } from 'ra-rft/runs';
import { checkpointPath } from 'ra-rft/train';
import { openVerifier } from 'ra-rft/verify';
import { makeWorld } from 'ra-rft/worlds';

const [folder = 'one-file-run', size] = process.argv.slice(2);
const config = resolveConfig(
  size === '--quick'
    ? { preset: 'quick', set: ['rl.steps=2', 'labels.maxQueries=24', 'retriever.steps=20'] }
    : { preset: 'demo', set: ['rl.steps=30', 'labels.maxQueries=250', 'retriever.steps=250'] },
);
const { generation, labels: labelling, retriever: retrieval, recipes, prompt } = config;
const rl = rlSettingsOf(config);
const rng = Rng.fromSeed(config.seed);

// Problems to train on, solved problems to retrieve from, tests of seen and of unseen rules; a model that can read them.
const { problems, corpus, tests } = makeWorld(config.data.world);
const guard = new TraceGuard([...problems, ...tests]); // which trace may meet which problem
const model = fileURLToPath(new URL('../../assets/base', import.meta.url));
const { tokenizer, config: decoder } = await openModel(model);
const codec = new PromptCodec(tokenizer, { ...prompt, stop: generation.stop, eosIds: decoder.eosIds });
const verifier = await openVerifier('boxed', {});
const engine = openLocalEngine();
const run = await RunFolder.open(folder, { values: {}, yaml: '{}\n' });

// Stage 1: which traces help? Those that raise the policy's likelihood of the right solution more than others do (Eq. 1).
const { queries } = selectPairs(problems, corpus, { ...labelling, guard, rng: rng.fork('pairs') });
const labels = await withPolicy(engine, model, (policy) =>
  judgeByUtility(queries, {
    policy,
    codec,
    policyKey: 'start',
    topPositives: labelling.topPositives,
    labelsPath: run.paths.labels,
    scoresPath: join(folder, 'label-scores.jsonl'),
  }),
);
console.log(`labels: ${labels.length} pairs of ${queries.length} problems`);

// Stage 2: a late-interaction retriever that learns to find them (Eq. 2), and its index.
const spec = specOf(retrieval);
const { train, validation } = splitQueries(collectLabels(labels, problems, corpus).labelled, retrieval, config.seed);
const encoder = await createEncoder(model, encoderShapeOf(retrieval), config.seed);
const learner = await startEncoder({ encoder, spec, tokenizer }, { temperature: retrieval.temperature });
const report = await trainRetriever(
  learner,
  {
    train,
    validation,
    candidates: corpus.filter((trace) => !isUnseen(trace)),
    exclude: (query, trace) => !guard.mayTeach(query, trace),
    text: spec.text,
  },
  trainOptionsOf(retrieval, config.seed, train.length),
);
const trained = { config: encoder.config, params: new Map([...encoder.params, ...(await learner.snapshot())]) };
await writeRetriever(run.paths.retriever('learned'), { encoder: trained, spec, training: report }, model);
await learner.dispose();
const retriever = await EncoderRetriever.open(run.paths.retriever('learned'), run.paths.index('learned'), corpus);
const hits = [
  ...(await searchAllowed(retriever, problems, 1, guard.mayTeach.bind(guard))),
  ...(await searchAllowed(retriever, tests, 1, guard.mayShow.bind(guard))),
];
const found = new Map([...problems, ...tests].map(({ id }, i) => [id, showing(hits[i]?.[0]?.trace)]));
await retriever.dispose();
const right = tests.filter(({ id, truth }) => {
  const context = found.get(id);
  return context?.kind === 'traces' && context.traces[0]?.truth === truth;
});
console.log(`retriever: ${right.length} of ${tests.length} test problems get a trace of their own rule`);

// Stage 3: reinforcement fine-tuning, sampled from and updated on the same prompt (Eq. 3): once without traces, once with them.
const arms = { grpo: () => noContext, 'ra-rft': ({ id }: Problem) => found.get(id) ?? noContext };
for (const [arm, contextOf] of Object.entries(arms)) {
  await trainRl({
    arm,
    run,
    engine,
    initialPolicy: model,
    codec,
    verifier,
    problems,
    contexts: always((problem) => [contextOf(problem)]),
    recipe: makeRecipe('grpo', { recipes, rl }),
    settings: rl,
    maxPromptTokens: prompt.maxPromptTokens,
    rng: rng.fork('rl'),
    inputs: arm,
  });
  const last = await policyRefOf(checkpointPath(run.paths.policies(arm), rl.steps));
  for (const [when, policy] of [
    ['before', await engine.open(await policyRefOf(model))],
    ['after', await engine.open(last)],
  ] as const) {
    console.log(`${arm}, ${when}: ${(await score(policy, contextOf, `${arm}-${when}`)).join(', ')}`);
    await policy.dispose();
  }
}
await Promise.all([engine.dispose(), verifier.dispose(), run.close()]);

/** average@8 of test problems by split, in percent. */
async function score(policy: Policy, contextOf: (problem: Problem) => Context, name: string): Promise<string[]> {
  const records = await evaluate({
    policy,
    codec,
    verifier,
    problems: tests,
    contextOf,
    k: 8,
    sampling: { maxTokens: generation.maxTokens, temperature: 1 },
    rng: rng.fork('eval'),
    policyKey: name,
    path: join(folder, 'eval', `${name}.jsonl`),
  });
  return ['seen', 'unseen'].map((split) => {
    const own = records.filter((record) => record.split === split).map(({ samples }) => averageAtK(samples) ?? 0);
    return `${split} ${((100 * own.reduce((a, b) => a + b, 0)) / own.length).toFixed(1)} %`;
  });
}
