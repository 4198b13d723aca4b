/** The encoder, MaxSim and InfoNCE against PyTorch; the numbers come from scripts/golden/retriever.py. */
import { afterAll, describe, expect, it } from 'vitest';
import { ENCODER_DEFAULTS } from './encode/create.js';
import { NetSession } from './encode/net/session.js';
import { infoNce } from './train/infonce.js';
import { maxSimMatrix } from './score/maxsim.js';
import golden from './testing/golden.json' with { type: 'json' };

const texts = (ids: number[][]) => ids.map((text) => ({ ids: Int32Array.from(text) }));
const masks = {
  queries: golden.queries.length,
  documents: golden.documents.length,
  positive: Uint8Array.from(golden.positive),
  ignore: Uint8Array.from(golden.ignore),
};
const session = new NetSession({
  config: { kind: 'small', ...ENCODER_DEFAULTS, ...golden.config },
  params: new Map(Object.entries(golden.params).map(([name, values]) => [name, Float32Array.from(values)])),
  scoring: 'mean',
  temperature: golden.temperature,
  threads: 1,
});
afterAll(() => session.dispose());

/** Largest absolute difference. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] ?? NaN))));
}

describe('against PyTorch', () => {
  it('encodes the same vectors and scores the same', async () => {
    const queries = await session.encode(texts(golden.queries));
    const documents = await session.encode(texts(golden.documents));
    expect(distance(queries.vectors, golden.queryVectors)).toBeLessThan(1e-5);
    expect(distance(maxSimMatrix(queries, documents, 'mean'), golden.scores)).toBeLessThan(1e-5);
    await session.setDocuments(documents);
    expect(distance(await session.score(queries), golden.scores)).toBeLessThan(1e-5);
  });

  it('has the same loss and the same gradient', async () => {
    expect(infoNce(golden.scores, masks, golden.temperature).loss).toBeCloseTo(golden.loss, 7);
    const { loss, gradient } = await session.lossAndGradient({
      queries_Q: texts(golden.queries),
      documents_D: texts(golden.documents),
      masks,
    });
    expect(loss).toBeCloseTo(golden.loss, 5);
    const names = ['conv.0.weight', 'conv.0.bias', 'proj'] as const;
    expect([...gradient.keys()]).toEqual(names);
    for (const name of names) {
      expect(distance(gradient.get(name) ?? [], golden.gradient[name])).toBeLessThan(2e-5);
    }
  });
});
