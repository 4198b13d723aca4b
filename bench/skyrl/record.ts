/**
 * Records the client's conversation with a real server: `npx tsx bench/skyrl/record.ts http://127.0.0.1:8010 "SkyRL 0.4.0" FILE`.
 * The model's folder is named /models/tiny/qwen3 in the file, whatever it is called here.
 */
import { writeJsonAtomic } from '../../src/core/files.js';
import { TinkerClient } from '../../src/tinker/index.js';
import { converse, recorder, type Exchange } from '../../src/tinker/testing/conversation.js';

const [baseUrl = '', server = '', file = ''] = process.argv.slice(2);
const asking = new TinkerClient({ baseUrl });
const model = (await asking.capabilities()).supportedModels[0]!.modelName;
await asking.close();

const named = (text: string) => text.replaceAll(model, '/models/tiny/qwen3');
const exchanges: Exchange[] = [];
const service = new TinkerClient({ baseUrl, fetch: recorder(exchanges, named) });
try {
  const results = JSON.parse(named(JSON.stringify(await converse(service)))) as unknown;
  await writeJsonAtomic(file, { server, exchanges, results });
  console.log(`${exchanges.length} exchanges`);
} finally {
  await service.close();
}
