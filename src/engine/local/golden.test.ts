import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeRows, decoderWeights, embedRows, headWeight, rowPositions } from '../../models/decoder.js';
import { packedAttention, packedInputs } from '../../models/decoder-packed.js';
import { loadParams } from '../../models/checkpoint.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { compile, Graph, linear } from '../../tensor/index.js';
import { folderRef } from '../policy-folder.js';
import type { Policy } from '../types.js';
import { LocalEngine } from './local-engine.js';
import { ModelState } from './model-state.js';
import { packGroups } from './packing.js';
import { Programs } from './programs.js';

const folder = (name: string) => fileURLToPath(new URL(`../../models/testing/golden/${name}`, import.meta.url));

interface Expected {
  tokens: number[][];
  /** [sequences, positions, vocab], from Transformers. */
  logits: number[][][];
}

describe.each(['llama', 'qwen2', 'qwen3'])('%s as computed by Transformers', (name) => {
  const load = async () => {
    const config = await readDecoderConfig(folder(name));
    const params = await loadParams(folder(name), config);
    const expected = JSON.parse(await readFile(join(folder(name), 'expected.json'), 'utf8')) as Expected;
    return { config, params, expected };
  };

  it('has equal logits at every position of every sequence', async () => {
    const { config, params, expected } = await load();
    const graph = new Graph('logits');
    const weights = decoderWeights(graph, config);
    const embedded = embedRows(weights, graph.input('ids', 'int32', ['S']));
    const at = rowPositions(graph, config, 'S');
    const rows = decodeRows(config, weights, embedded, at, packedAttention(config, packedInputs(graph, config, false)));
    graph.output('logits', linear(rows, headWeight(config, weights)));
    const state = new ModelState(config, params, { maxContext: 64, programs: new Programs(1) });
    const program = await compile(graph);
    const groups = expected.tokens.map((t) => {
      const inputs = Int32Array.from(t);
      return { prefix: new Int32Array(0), tails: [{ inputs, targets: inputs, from: 0 }] };
    });
    const { feeds } = packGroups(config, groups);
    const { logits } = await program.run({ ...state.paramFeeds, ...state.angleFeeds(64), ...feeds });
    const flat = expected.logits.flat(2);
    expect(logits!.data.length).toBe(flat.length);
    const gaps = flat.map((x, i) => Math.abs(x - Number(logits!.data[i])));
    expect(Math.max(...gaps)).toBeLessThan(1e-4);
    await program.dispose();
  });

  it('scores and samples greedily by those logits', async () => {
    const { config, params, expected } = await load();
    const engine = new LocalEngine();
    const policy = await engine.adopt(name, config, params);
    await expectLogits(policy, expected);
    await engine.dispose();
  });
});

it('computes an adapter of PEFT as PEFT does', async () => {
  const expected = JSON.parse(await readFile(join(folder('adapter'), 'expected.json'), 'utf8')) as Expected;
  const engine = new LocalEngine({ threads: 1 });
  await expectLogits(await engine.open(folderRef(folder('adapter'))), expected);
  const whole = await engine.open(folderRef(folder('qwen2')));
  await expect(expectLogits(whole, expected)).rejects.toThrow('expected'); // the base alone is another model
  await engine.dispose();
});

/** Scores and greedy tokens of a policy are those of the logits. */
async function expectLogits(policy: Policy, expected: Expected): Promise<void> {
  for (const [s, sequence] of expected.tokens.entries()) {
    const cut = 7;
    const [prompt, rest] = [Int32Array.from(sequence.slice(0, cut)), Int32Array.from(sequence.slice(cut))];
    const [[scores]] = (await policy.logprobs([{ prompt, responses: [rest, rest.subarray(0, 3)] }])) as [
      Float32Array[],
    ];
    for (const [t, token] of rest.entries()) {
      const row = expected.logits[s]![cut - 1 + t]!;
      const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      expect(Math.abs(scores![t]! - (row[token]! - total))).toBeLessThan(1e-4);
    }
    const options = { maxTokens: 1, temperature: 0, stopTokens: [] };
    const { samples_NG } = await policy.sample([{ prompt, n: 1, seed: 0 }], options);
    const row = expected.logits[s]![cut - 1]!;
    expect(samples_NG[0]![0]!.tokens[0]).toBe(row.indexOf(Math.max(...row)));
  }
}
