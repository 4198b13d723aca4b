/**
 * Reads an encoder from a folder, trains it for three steps, and saves it with the vectors of some texts, for check_encoder.py to open:
 *
 * npx tsx scripts/golden/save-encoder.ts FOLDER OUT [late-interaction | single-vector] [QUERY_TOKENS DOCUMENT_TOKENS]
 * python scripts/golden/check_encoder.py OUT
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../src/core/errors.js';
import { NetSession, readHubEncoder, tokenizeBy, writeRetriever } from '../../src/retriever/index.js';

const TEXTS = [
  'What is 3 plus 4?',
  '  A farmer has 12 cows and buys 7 more, then sells 5. How many cows does he have? \n',
  'Let $f(x) = x^2 + 3x - 7$. Compute $\\frac{f(2)}{3}$, naïve café — “quotes” 東京 😀.',
  `The sum of the first n odd numbers is n². ${'That is so for every n. '.repeat(60)}`,
  'Find all primes p with p | 2^{p-1} - 1 and p ≡ 3 (mod 4)',
  "don't stop: it's 1,234.56 dollars!!!",
];

async function main([from, to, head, query = '128', document = '128']: string[]): Promise<void> {
  if (from === undefined || to === undefined)
    throw new RaRftError({ code: 'usage', message: 'a folder to read and one to write', where: 'arguments' });
  const kind = head === 'late-interaction' || head === 'single-vector' ? head : undefined;
  const maxTokens = { query: Number(query), document: Number(document) };
  const made = await readHubEncoder(from, { head: kind, seed: 1, trainEmbeddings: true, maxTokens });
  const session = new NetSession({ ...made.encoder, scoring: 'mean', temperature: 0.05, threads: 1 });
  const tokenize = tokenizeBy(made.tokenizer, made.spec);
  const [queries_Q, documents_D] = [tokenize(TEXTS, 'query').texts.flat(), tokenize(TEXTS, 'document').texts.flat()];
  const size = TEXTS.length;
  const positive = Uint8Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const masks = { queries: size, documents: size, positive, ignore: new Uint8Array(size * size) };
  const update = { learningRate: 1e-3, weightDecay: 0.01, maxGradNorm: 1 };
  for (let step = 0; step < 3; step++) await session.trainStep({ queries_Q, documents_D, masks }, update);
  const [queries, documents] = [await session.encode(queries_Q), await session.encode(documents_D)];
  await session.dispose();
  await writeRetriever(to, made, from);
  const vectors = { query: [...queries.vectors], document: [...documents.vectors] };
  await writeFile(join(to, 'vectors.json'), JSON.stringify({ texts: TEXTS, maxTokens, ...vectors }));
}

await main(process.argv.slice(2));
