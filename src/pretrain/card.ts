/** The model card of a base model: how it was made and what it can do, from the facts of its own pre-training. */
import { accuracyContexts } from './accuracy.js';
import type { PretrainOptions, PretrainResult } from './facts.js';

/** README.md of the model folder, with the front matter that model hubs read. */
export function modelCard(options: PretrainOptions, result: PretrainResult): string {
  const { seed, steps, documentsPerStep, learningRate, mix, command } = options;
  const { config, parameters, tokens, finalLoss, seconds, accuracy } = result;
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return `---
license: apache-2.0
language: en
tags: [ra-rft, synthetic, word-problems]
---

# Base model of the embedded world

A language model of ${(parameters / 1e6).toFixed(2)} million parameters that speaks ${config.vocab} words. It solves the world's plain word problems and
its textbook rules, and knows nothing of house rules: the place to see whether a policy learns to use a retrieved trace.
Pre-trained from random weights on generated text alone (docs/world.md). Qwen3 layout: width ${config.hidden}, ${config.layers} layers,
${config.heads} heads on ${config.kvHeads} key/value heads of ${config.headDim}, feed-forward ${config.ffn}, tied embeddings, window ${config.maxPosition}.

## How it was made

\`\`\`
${command}
\`\`\`

${row(['', ''])}
${row(['---', '---'])}
${row(['seed', seed])}
${row(['steps', `${steps} of ${documentsPerStep} documents, ${(tokens / 1e6).toFixed(2)} million tokens`])}
${row(['time', `${Math.round(seconds)} s`])}
${row(['peak learning rate', learningRate])}
${row([
  'mix',
  Object.entries(mix)
    .map(([kind, share]) => `${kind} ${share}`)
    .join(', '),
])}
${row(['final loss', `${finalLoss.toFixed(4)} nats a token (mean of the last 20 steps)`])}

The layout of a prompt with a retrieved trace (problem, solution, problem, solution) never occurs in its text.

## What it can do

Share of right answers at temperature 1 (8 samples a problem), without a trace, with one of the same rule, with any of the same type:

${row(['problems', 'n', ...accuracyContexts])}
${row(['---', '---:', ...accuracyContexts.map(() => '---:')])}
${accuracy.map((r) => row([r.kind, r.problems, ...accuracyContexts.map((c) => r.accuracy[c].toFixed(3))])).join('\n')}
`;
}
