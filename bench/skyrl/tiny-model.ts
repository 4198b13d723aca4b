/**
 * Writes a tiny model that LoRA on SkyRL can teach something: `npx tsx bench/skyrl/tiny-model.ts FOLDER`. Adapters there never train
 * the unembedding, so it is untied from the embedding and wide: a tied one of deviation 0.02 bounds every logit.
 */
import { Rng } from '../../src/core/index.js';
import { randomParams, readDecoderConfig, saveCheckpoint } from '../../src/models/index.js';

const HEAD_DEVIATION = 0.1;
const BASE = 'assets/base';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: tiny-model.ts FOLDER');
const config = { ...(await readDecoderConfig(BASE)), tied: false };
const rng = Rng.fromSeed('tiny model for SkyRL');
const params = randomParams(config, rng.fork('weights'));
const head = params.get('head');
if (!head) throw new Error('an untied model has a head');
const stream = rng.fork('head');
for (let i = 0; i < head.length; i++) head[i] = HEAD_DEVIATION * stream.normal();
await saveCheckpoint(folder, { config, params, tokenizerFrom: BASE });
console.log(`${folder}: ${config.layers} layers of ${config.hidden}, vocabulary ${config.vocab}, untied`);
