import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { attention, compile, Graph, linear, reshape, transpose, type Tensor } from '../tensor/index.js';
import { loadParams } from './checkpoint.js';
import { decodeRows, decoderFeeds, decoderWeights, embedRows, headWeight, rowPositions } from './decoder.js';
import { readDecoderConfig, type DecoderConfig } from './hf-config.js';
import { ropeTables } from './hf-rope.js';

interface Golden {
  tokens: number[][];
  logits: number[][][];
}

/** Logits [S, vocab] of one sequence of S rows under plain causal attention. */
function logitsGraph(config: DecoderConfig): Graph {
  const { heads, kvHeads, headDim } = config;
  const graph = new Graph('logits');
  const weights = decoderWeights(graph, config);
  const ids = graph.input('ids', 'int32', ['S']);
  const mask = graph.input('mask', 'float32', ['S', 'S']);
  const byHead = (t: Tensor, count: number) => transpose(reshape(t, [1, 'S', count, headDim]), [0, 2, 1, 3]);
  const hidden = decodeRows(config, weights, embedRows(weights, ids), rowPositions(graph, config, 'S'), {
    attend: (_, { q, k, v }) => {
      const part = { k: byHead(k, kvHeads), v: byHead(v, kvHeads), mask };
      const out = attention(byHead(q, heads), [part], 1 / Math.sqrt(headDim));
      return reshape(transpose(out, [0, 2, 1, 3]), ['S', heads * headDim]);
    },
  });
  graph.output('logits', linear(hidden, headWeight(config, weights)));
  return graph;
}

describe('the decoder', () => {
  it.each(['llama', 'qwen2', 'qwen3'])('has the logits of Transformers (%s)', async (name) => {
    // Made by scripts/golden/logits.py.
    const folder = fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));
    const golden = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Golden;
    const config = await readDecoderConfig(folder);
    const params = await loadParams(folder, config);
    const program = await compile(logitsGraph(config), { threads: 1 });
    for (const [n, tokens] of golden.tokens.entries()) {
      const s = tokens.length;
      const { cos, sin } = ropeTables(config, config.headDim, s);
      const feeds = {
        ...decoderFeeds(config, params),
        ids: { data: Int32Array.from(tokens), shape: [s] },
        positions: { data: BigInt64Array.from(tokens, (_, t) => BigInt(t)), shape: [s, 1] },
        cos: { data: cos, shape: [s, config.headDim / 2] },
        sin: { data: sin, shape: [s, config.headDim / 2] },
        mask: {
          data: Float32Array.from({ length: s * s }, (_, i) => (i % s > Math.floor(i / s) ? -1e9 : 0)),
          shape: [s, s],
        },
      };
      const { logits } = await program.run(feeds);
      const expected = golden.logits[n]!.flat();
      const worst = Math.max(...expected.map((x, i) => Math.abs(x - Number(logits!.data[i]))));
      expect(worst).toBeLessThan(1e-4);
      expect(expected).toHaveLength(logits!.data.length);
    }
    await program.dispose();
  });
});
