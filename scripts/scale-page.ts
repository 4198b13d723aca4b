/** docs/scale.md: the text, with tables that scripts/scale computes. */
import { TRAINED_BYTES, adapterParameters, kvBytesPerToken, parametersOf } from './scale/arithmetic.js';
import { aheadSeconds, asItIs, type LoopVariant, type StepTime, type WaitName } from './scale/loop.js';
import { measured } from './scale/measured.js';
import { hostedPrices, judgePrices } from './scale/prices.js';
import { h100, shapes } from './scale/shapes.js';
import {
  assumptions,
  clusterOf,
  hostedStepUsd,
  labelsUsd,
  tokensOf,
  trainingSteps,
  workedRow,
  workedStep,
  type LabelWork,
  type Scenario,
} from './scale/worked.js';

const scenarios: readonly Scenario[] = (['Qwen3-1.7B', 'Qwen3-4B'] as const).flatMap((model) =>
  [0, 32].flatMap((rank) => [8, 64].map((devices) => ({ model, rank, devices }))),
);
const cluster: Scenario = { model: 'Qwen3-1.7B', rank: 0, devices: 64 };

const variants: readonly { name: string; variant: LoopVariant }[] = [
  { name: 'judged when all groups have come', variant: { ...asItIs, gradeAsTheyCome: false } },
  { name: 'as it is: judged as groups come', variant: asItIs },
  {
    name: 'that, and rollouts written while the next step is sampled (not built)',
    variant: { ...asItIs, recordWhileSampling: true },
  },
];

/** Pairs of labels: what the paper judges (a tenth of all, those of a type), and a number of candidates for each query. */
const labelSets: readonly (LabelWork & { name: string })[] = [
  { name: '24 candidates a query', pairs: 12_500 * 24 },
  { name: '72 candidates a query (the default)', pairs: 12_500 * 72 },
  { name: 'every pair of a type, a tenth of all', pairs: (12_500 * 220_000) / 10 },
].map((set) => ({ ...set, promptTokens: 900, replyTokens: 80 }));

const hours = (seconds: number) => grouped(seconds / 3600, 1);
const gigabytes = (bytes: number) => grouped(bytes / 1e9, 1);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function sizesTable(): string {
  return table(
    ['', ...Object.keys(shapes)],
    [
      ['parameters N', ...Object.values(shapes).map((shape) => `${grouped(parametersOf(shape) / 1e9, 2)} billion`)],
      [
        'trained with adapters of rank 32',
        ...Object.values(shapes).map((shape) => `${grouped(adapterParameters(shape, 32) / 1e6)} million`),
      ],
      ['keys and values of a token', ...Object.values(shapes).map((shape) => `${grouped(kvBytesPerToken(shape))} B`)],
      [
        'weights, gradients, moments (all weights trained)',
        ...Object.values(shapes).map((shape) => `${gigabytes(TRAINED_BYTES * parametersOf(shape))} GB`),
      ],
    ],
  );
}

function workedTable(): string {
  const rows = scenarios.map((scenario) => {
    const row = workedRow(scenario, measured);
    const { phases, seconds } = row.step;
    return [
      `${scenario.model}, ${scenario.rank === 0 ? 'all weights' : `rank ${scenario.rank}`}, ${scenario.devices} GPUs`,
      gigabytes(row.trainingBytes),
      grouped(row.slots),
      grouped(phases.sample),
      grouped(phases.score + phases.gradient),
      grouped(seconds),
      grouped(row.deviceHours, 1),
      grouped(trainingSteps * row.deviceHours),
    ];
  });
  return table(
    [
      '',
      'training, GB a GPU',
      'sequences a GPU',
      'sampling, s',
      'both passes, s',
      'step, s',
      'GPU-hours a step',
      `GPU-hours an arm (${trainingSteps} steps)`,
    ],
    rows,
  );
}

const waitTexts: Readonly<Record<WaitName, string>> = {
  longest: 'GPUs without a sequence, while others sample the longest responses',
  read: 'we read the last answers and make texts of them',
  grade: 'we judge',
  passes: 'we write and read passes',
  record: 'we write the rollouts file',
};

function waitsTable(step: StepTime): string {
  return table(
    ['the cluster waits because', 'seconds a step', 'share'],
    (Object.keys(waitTexts) as WaitName[]).map((name) => [
      waitTexts[name],
      grouped(step.waits[name], 1),
      percent(step.waits[name] / step.seconds),
    ]),
  );
}

function variantsTable(): string {
  const rows = variants.map(({ name, variant }) => {
    const { step } = workedRow(cluster, measured, variant);
    return [name, grouped(step.seconds, 1), percent(ourShare(step))];
  });
  const half = workedRow({ ...cluster, devices: cluster.devices / 2 }, measured).step;
  const ahead = aheadSeconds(half, half);
  return table(
    ['the loop', 'seconds a step', 'of which the cluster waits for us'],
    [...rows, ['sampling a step ahead on half of the GPUs (off policy by a step; not built)', grouped(ahead, 1), '']],
  );
}

function ourShare({ waits, seconds }: StepTime): number {
  return (waits.read + waits.grade + waits.passes + waits.record) / seconds;
}

function labelsTable(): string {
  return table(
    ['', 'pairs', 'million prompt tokens', 'million reply tokens', 'USD in batches'],
    labelSets.map((set) => [
      set.name,
      grouped(set.pairs),
      grouped((set.pairs * set.promptTokens) / 1e6),
      grouped((set.pairs * set.replyTokens) / 1e6),
      grouped(labelsUsd(set, judgePrices)),
    ]),
  );
}

export function scaleMarkdown(): string {
  const work = workedStep();
  const tokens = tokensOf(work);
  const { lengths, promptTokens, mixedShare, efficiency, samplerShare, refreshSeconds, optimizerSeconds } = assumptions;
  const responses = work.lengths_NG.flat();
  const mean = tokens.sampled / responses.length;
  const cut = responses.filter((length) => length === lengths.max).length / responses.length;
  const row = workedRow(cluster, measured);
  const few = workedRow(scenarios[0]!, measured);
  const one = { model: 'Qwen3-4B', rank: 32, devices: 1 } as const;
  const single = workedRow(one, measured).step;
  const slots = clusterOf(one, work).samplers.slots;
  return `<!-- Written by \`npm run docs\` from scripts/scale-page.ts; do not edit. -->

# At the paper's sizes

The paper trained Qwen3-1.7B and Qwen3-4B on 64 H100s. The same loop runs on other machines over the Tinker API ([tinker.md](tinker.md)), or gives its prompts to verl and TRL ([export.md](export.md)). This page has the commands, and what they would cost by arithmetic. **None of it was run at these sizes: there was no GPU.** What was run is said [below](#what-was-run-and-what-was-not).

## Presets

| preset | trains | on |
| --- | --- | --- |
| \`paper\` | as the engine says | the paper's settings alone: G 16, learning rate 1e-6, no KL, 32,768 tokens, average@32; labels by a language model in batches; the retriever's training |
| \`qwen3-1.7b-skyrl\`, \`qwen3-4b-skyrl\` | all weights | SkyRL with FSDP, at http://127.0.0.1:8000 |
| \`qwen3-1.7b-skyrl-lora\`, \`qwen3-4b-skyrl-lora\` | adapters of rank 32, learning rate 1e-5 | SkyRL, at the same address |
| \`qwen3-4b-hosted\` | adapters of rank 32, learning rate 1e-5 | the hosted service, with the key in \`TINKER_API_KEY\` |

The paper has no adapters; ten times the learning rate of all weights is what "LoRA Without Regret" (Thinking Machines, 2025) advises. Problems a step (${work.lengths_NG.length}) and passes over the problems (1) are not in the paper either. Clipping and weight decay are 0, since servers have settings of their own for them.

Yours are the data, the model's folder (tokenizer and config.json are read; the weights are on the server) and a retriever that was trained before:

\`\`\`yaml
# mine.yaml
data:
  problems: { path: questa.jsonl }
  corpus: { path: corpus }                # of ra-rft corpus build
  tests: { path: [aime24.jsonl, aime25.jsonl] }
model: { path: /models/Qwen3-1.7B }
retrievers:
  learned: { kind: encoder, model: /models/Reason-ModernColBERT }
llm:
  prices: [{ model: gpt-4o, inputUsd: 2.5, outputUsd: 10 }]   # today's
\`\`\`

\`\`\`
ra-rft run --preset qwen3-1.7b-skyrl --config mine.yaml --dry-run     # the resolved settings, lengths, labels and their price
ra-rft run --preset qwen3-1.7b-skyrl --config mine.yaml --name qwen
\`\`\`

**SkyRL** (0.4.0, its flags as its source has them; a node of 8 GPUs, the same GPUs sample and train in turns):

\`\`\`
pip install 'skyrl[tinker,fsdp]==0.4.0' aiohttp
python -m skyrl.tinker.api --backend fsdp --base-model Qwen/Qwen3-1.7B --port 8000 --backend-config '{
  "trainer.placement.policy_num_gpus_per_node": 8, "generator.inference_engine.num_engines": 8,
  "generator.inference_engine.engine_init_kwargs": {"max_model_len": 40960},
  "trainer.policy.optimizer_config.weight_decay": 0, "trainer.policy.optimizer_config.adam_betas": [0.9, 0.999]}'
\`\`\`

- SkyRL starts its engine by \`uv run\`; where there is no uv, see \`bench/skyrl/serve.py\`.
- The server's own \`max_grad_norm\` is 1.0 and its betas are fixed at the start: only the learning rate of a step reaches it.
- FSDP holds one model at a time. The labels must not need the base model (\`labels.judge: llm\`, as the presets have it), and there is no reference model for KL. With Megatron (\`--backend megatron\`) several adapters of one rank share a server.
- \`engine.reduction: measure\` makes a model, takes three gradients of it and unloads it before the first step; a server that builds its workers anew for each model takes that time twice. \`sum\` is what the source of FSDP's losses says, and saves it.

**The hosted service** does adapters only. Neither Qwen3-1.7B nor Qwen3-4B was in the list of its models that we saw (January 2026); the preset takes Qwen3-4B-Instruct-2507, which does not think in tags. Its window there may be shorter than prompt and response together (40,960): the engine says so when it opens the model; then lower \`generation.maxTokens\`.

## Labels for 220,000 traces

\`ra-rft judge run --dry-run\` counts calls, tokens and the price of a configuration ([judging.md](judging.md)). By arithmetic, with ${grouped(labelSets[0]!.promptTokens)} tokens of prompt and ${labelSets[0]!.replyTokens} of reply a pair (assumed: the dry run counts yours):

    USD = batch factor x pairs x (prompt tokens x input price + reply tokens x output price) / 1,000,000

${labelsTable()}

Prices: ${judgePrices.inputUsd} and ${judgePrices.outputUsd} USD a million tokens (${judgePrices.source}). \`labels.selection.pairs: budget\` judges a share of the pairs and infers the rest ([selection.md](selection.md)); \`labels.llm.candidatesPerCall: 8\` halves the prompts; \`labels.likeSolution\` makes fewer candidates do.

## Formulas

| what | formula |
| --- | --- |
| forward pass, operations a token | 2 N + 4 x layers x heads x head size x tokens before it |
| gradient | 3 forward passes, and one more for gradient checkpointing: 4; with adapters 3, since frozen weights have no gradient |
| a sequence in a step of ours | log-probabilities (1) and gradient (4 or 3): every trained sequence is passed twice ([tinker.md](tinker.md#a-run-on-a-server)) |
| training memory, bytes a GPU | 16 x trained parameters / GPUs (float32 weight, gradient, two moments), 2 x frozen ones / GPUs, 2 x tokens x layers x width, and one layer at a time |
| keys and values, bytes a token | 2 x layers x key/value heads x head size x 2 |
| sequences that a GPU samples at a time | (share x memory - 2 N) / (keys and values x tokens) |
| a decoding step, seconds | fixed + (2 N + sequences x tokens x keys and values) / (share x bandwidth) |
| sampling, seconds | the sum over its decoding steps, as sequences end: simulated (\`scripts/scale/sampler.ts\`) |
| GPU-hours | GPUs x seconds / 3600; USD: times your price of a GPU-hour |
| hosted, USD a step | (prompts x prefill + sampled x sample + 2 x trained x train) / 1,000,000, prices a million tokens |

${sizesTable()}

What is assumed, and from where:

| | | |
| --- | ---: | --- |
| GPU | ${h100.name} | ${h100.flops / 1e12} TFLOPS of dense bfloat16, ${h100.bandwidth / 1e12} TB/s, ${h100.memoryBytes / 1e9} GB: NVIDIA's data sheet |
| share of the peak in training | ${efficiency.training} | 0.38 to 0.43 in "The Llama 3 Herd of Models" (2024), on H100s; ours to assume for small models |
| share of the bandwidth in decoding | ${efficiency.decoding} | assumed |
| a decoding step beside its reading | ${1000 * efficiency.stepSeconds} ms | assumed |
| memory for the sampler | ${samplerShare} | SkyRL's default |
| lengths of responses | median ${grouped(lengths.median)} | assumed: log-normal, sigma ${lengths.sigma}, half of the variance between problems, cut at ${grouped(lengths.max)}; mean ${grouped(mean)}, ${percent(cut)} cut |
| prompt with a trace | ${grouped(promptTokens)} tokens | assumed |
| problems with right and wrong responses | ${mixedShare} | assumed; the others are not trained on |
| refreshing the samplers | ${refreshSeconds.full} s, ${refreshSeconds.adapters} s | assumed: all weights, adapters; with the change of places between sampler and trainer |
| optimizer's step | ${optimizerSeconds} s | assumed |
| our own part | | measured, [below](#where-a-cluster-would-wait) |

## Worked example

A step of ${work.lengths_NG.length} problems with ${work.lengths_NG[0]!.length} responses: ${grouped(tokens.sampled / 1e6, 1)} million tokens sampled, ${grouped(tokens.trained / 1e6, 1)} million trained on.

${workedTable()}

Evaluations come on top: average@32 on 120 problems is ${grouped((120 * 32) / responses.length, 1)} times the sampling of a step. On the hosted service this step would be ${grouped(hostedStepUsd(work, hostedPrices), 2)} USD, an arm ${grouped(trainingSteps * hostedStepUsd(work, hostedPrices))} USD (${hostedPrices.prefillUsd}, ${hostedPrices.sampleUsd} and ${hostedPrices.trainUsd} USD a million tokens of prefill, sampling and training: ${hostedPrices.source}; that scoring costs as much as training is our guess).

On a single GPU a step of Qwen3-4B with adapters would take ${hours(single.seconds)} hours, ${grouped(slots)} sequences at a time. All samples of a step are asked for at once, so the last ones wait for hours: the presets set \`engine.callMinutes\` to 360.

## Where a cluster would wait

The loop as it is: refresh the samplers, sample every group, make texts, judge, score what is trained on, take its gradient, step, write the rollouts file. Groups are read, made texts and judged as they come, while others are still sampled; nothing is sampled while the policy is trained, so that every step is on policy. \`scripts/scale/loop.ts\` simulates that; ${cluster.model} with all weights on ${cluster.devices} GPUs, ${grouped(row.step.seconds)} seconds a step:

${waitsTable(row.step)}

${variantsTable()}

What it says:

- **The longest responses.** While the last ones are sampled, most GPUs have nothing to do: ${percent(row.step.waits.longest / row.step.seconds)} of the time of all GPUs. It is the price of sampling whole responses of such different lengths on policy, whoever asks for them. Fewer GPUs waste less: ${scenarios[0]!.devices} do the same step in ${grouped(few.deviceHours, 1)} GPU-hours instead of ${grouped(row.deviceHours, 1)}. Sampling a step ahead on half of the GPUs does not help here, since sampling takes most of a step, and half of the GPUs sample for longer.
- **Texts.** A tokenizer in JavaScript takes ${grouped(1e6 * measured.textToken, 1)} s for a million tokens, in one thread. Beginning with each group as it comes hides most of it; what came last is left.
- **The rollouts file**, ${grouped(tokens.sampled / 1e6)} million tokens with their log-probabilities in decimal, stands between two steps.
- **Judging and the wire** are nothing: less than a second a step for verdicts, passes written and read.

Our own part, by \`npm run bench -- overlap --only ours --model FOLDER\` with the tokenizer of SmolLM2, 16 responses of 10,000 tokens, the least of three runs of five rounds on two cores of an EPYC that were busy with other work (27 November 2026):

| | a token |
| --- | ---: |
${[
  ['reading a sampled token', measured.readToken],
  ['making text of it', measured.textToken],
  [
    `judging it, in one of two threads; beside it ${grouped(1e6 * measured.gradeResponse)} us a response`,
    measured.gradeToken,
  ],
  ['sending it in a pass', measured.sendToken],
  ['reading its log-probability', measured.receiveToken],
  ['writing it into the rollouts file', measured.recordToken],
]
  .map(([name, seconds]) => `| ${name} | ${grouped(1e9 * Number(seconds))} ns |`)
  .join('\n')}

\`npm run bench -- overlap --model FOLDER\` measures these on your machine and simulates the step with them; \`--only run --run runs/NAME\` compares the simulated sampling with a finished run's, with the speed of a decoding step fitted on every other step. On a run of the preset \`demo\` (240 steps of the local engine, a shared machine) simulated over measured time is 1.02 on the median, 0.83 and 1.21 at the 10th and 90th percentile; three other runs had medians of 1.02, 1.10 and 1.13.

Judging groups as they come was measured too, on a scripted server whose groups come after 1 to 9 seconds, two cores that were busy with other work (\`npm run bench -- overlap --only real\`, the least of three rounds, 27 November 2026): 32 groups of 8 with a reward that takes 40 ms, two at a time, took 12.9 s judged at the end and 7.1 s as they come; 64 groups of 16 responses of 2,000 tokens, judged as mathematics, 10.9 s and 9.3 s.

Not in the simulation: the network, prefill, the servers' polls for work (0.15 s a call on SkyRL), checkpoints and evaluations.

## What was run, and what was not

| | |
| --- | --- |
| run | SkyRL 0.4.0 on JAX on a CPU, with tiny models and adapters: client, engine, and RA-RFT against GRPO for three seeds, beside the local engine ([tinker.md](tinker.md#ra-rft-through-a-server)) |
| run | every preset: parsed, checked and planned by a dry run, with a tiny model in place of Qwen3 |
| run | the exports, read by verl's and TRL's own classes ([export.md](export.md)) |
| read in the source only | SkyRL with FSDP or Megatron: its flags, its single model, its fixed optimizer settings |
| not run | Qwen3-1.7B and Qwen3-4B, any GPU, any hosted service, labels by GPT-4o |
`;
}
