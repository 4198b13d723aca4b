import { execFile } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { openMathVerifier, rewardOf, type MathOptions } from '../verify/index.js';

const run = promisify(execFile);
const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

interface Request {
  pairs: { id: number; gold: string; pred: string; problem: { id: string | null; question: string | null } }[];
  math: MathOptions;
}

/** The service that the reward function asks, over our verifier; `fails` replies come first, with that status. */
async function service({ fails = 0, status = 503 } = {}) {
  const verifier = openMathVerifier({ workers: 1 });
  onTestFinished(() => verifier.dispose());
  const asked: { path: string | undefined; headers: IncomingHttpHeaders; request: Request }[] = [];
  let failing = fails;
  const server: Server = createServer((message, reply) => {
    void (async () => {
      const bytes: Buffer[] = [];
      for await (const part of message) bytes.push(part as Buffer);
      const request = JSON.parse(Buffer.concat(bytes).toString()) as Request;
      asked.push({ path: message.url, headers: message.headers, request });
      if (failing-- > 0) return void reply.writeHead(status).end('busy');
      const pairs = request.pairs.map(({ gold, pred }) => ({ gold, response: pred, options: request.math }));
      const verdicts = await verifier.verifyPairs(pairs);
      const named = verdicts.map((own, i) => ({
        id: request.pairs[i]!.id,
        verdict: own.outcome,
        reward: rewardOf(own) ?? null,
        reason: own.reason ?? null,
      }));
      reply.end(JSON.stringify({ verdicts: named }));
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, asked };
}

const math = {
  kinds: ['latex', 'expression'],
  decimals: 6,
  strictNames: true,
  intervalsMatchInequalities: true,
  preferBoxed: true,
  afterThinking: true,
};

/** Runs Python beside reward.py and some settings; what it printed as JSON. */
async function python(code: string, env: Record<string, string>, settings: Record<string, unknown> = {}) {
  const folder = await temporaryFolder();
  await cp('assets/export/reward.py', join(folder, 'reward.py'));
  const all = { thinking: null, reward: { kind: 'math', module: null, math }, ...settings };
  await writeFile(join(folder, 'settings.json'), JSON.stringify(all));
  const wrapped = `import json, reward\nreward.time.sleep = lambda seconds: None\n${code}`;
  const { stdout } = await run('python3', ['-c', wrapped], { cwd: folder, env: { PATH: process.env['PATH'], ...env } });
  return JSON.parse(stdout) as unknown;
}

const score = (response: string, gold: string) =>
  `reward.compute_score("d", ${JSON.stringify(response)}, ${JSON.stringify(gold)}, {"problem_id": "p1", "question": "how many?"})`;

it.skipIf(!hasPython)('asks the service for the reward of a response, as verl calls it', async () => {
  const { url, asked } = await service();
  const code = `print(json.dumps([${score('so \\boxed{0.5}', '\\frac12')}, ${score('\\boxed{3}', '2')}]))`;
  const env = { RA_RFT_VERIFY_URL: `${url}/`, RA_RFT_VERIFY_TOKEN: 'secret', http_proxy: 'http://127.0.0.1:1' };
  expect(await python(code, env)).toEqual([
    { score: 1, acc: 1, unverified: 0 },
    { score: 0, acc: 0, unverified: 0 },
  ]);
  expect(asked.map(({ path }) => path)).toEqual(['/v1/verify', '/v1/verify']);
  expect(asked[0]!.headers.authorization).toBe('Bearer secret');
  expect(asked[0]!.request).toEqual({
    pairs: [{ id: 0, gold: '\\frac12', pred: 'so \\boxed{0.5}', problem: { id: 'p1', question: 'how many?' } }],
    math,
  });
});

it.skipIf(!hasPython)('rewards all completions of a batch, as TRL calls it, many in a request', async () => {
  const { url, asked } = await service();
  const code = `n = 130
chat = lambda text: [{"role": "assistant", "content": text}]
texts = [chat("\\\\boxed{%d}" % (i % 2)) if i % 3 else "the final answer is %d" % (i % 2) for i in range(n)]
print(json.dumps(reward.answer_reward(prompts=["q"] * n, completions=texts, answer=["1"] * n, problem_id=["p"] * n, trainer_state=None)))`;
  const rewards = await python(code, { RA_RFT_VERIFY_URL: url });
  expect(rewards).toEqual(Array.from({ length: 130 }, (_, i) => i % 2));
  expect(asked.map(({ request }) => request.pairs.length)).toEqual([64, 64, 2]);
});

it.skipIf(!hasPython)('gives a response without a verdict no reward: counted by verl, left out by TRL', async () => {
  const { url } = await service();
  const bad = score('\\boxed{1}', '');
  const code = `def raised():
    try: return ${bad.replace(/\)$/, ', unverified="raise")')}
    except reward.VerifierError as error: return str(error)
print(json.dumps([${bad}, reward.answer_reward(prompts=["q"], completions=["\\\\boxed{1}"], answer=[""]), raised()]))`;
  const [verl, trl, raised] = (await python(code, { RA_RFT_VERIFY_URL: url })) as unknown[];
  expect(verl).toEqual({ score: 0, acc: 0, unverified: 1 });
  expect(trl).toEqual([null]);
  expect(raised).toContain('no verdict for a response');
});

it.skipIf(!hasPython)('asks again where the service is busy, and ends the training where it stays away', async () => {
  const tried = `def tried():
    try: return ${score('\\boxed{2}', '2')}["score"]
    except reward.VerifierError as error: return str(error)
print(json.dumps(tried()))`;
  const busy = await service({ fails: 2 });
  expect(await python(tried, { RA_RFT_VERIFY_URL: busy.url })).toBe(1);
  expect(busy.asked).toHaveLength(3);
  const refusing = await service({ fails: 9, status: 401 });
  expect(await python(tried, { RA_RFT_VERIFY_URL: refusing.url })).toContain('HTTP 401');
  expect(refusing.asked).toHaveLength(1);
  expect(await python(tried, { RA_RFT_VERIFY_URL: 'http://127.0.0.1:9' })).toContain(
    'gives no verdicts: ConnectionRefused',
  );
  expect(await python(tried, { RA_RFT_VERIFY_URL: '127.0.0.1' })).toContain('expected http://host:port');
});

it.skipIf(!hasPython)('finds no answer in thinking that the prompt opened and the response never closed', async () => {
  const { url } = await service();
  const thinking = { open: '<think>', close: '</think>', text: '<think>\n' };
  const code = `print(json.dumps([${score('maybe \\boxed{2}', '2')}["score"], ${score('hm</think> \\boxed{2}', '2')}["score"]]))`;
  expect(await python(code, { RA_RFT_VERIFY_URL: url }, { thinking })).toEqual([0, 1]);
});

it.skipIf(!hasPython)('lets no other verifier stand for a reward module', async () => {
  const reward = { kind: 'module', module: '/home/me/reward.mjs', math };
  const code = `def tried():
    try: return ${score('\\boxed{2}', '2')}
    except reward.VerifierError as error: return str(error)
print(json.dumps(tried()))`;
  expect(await python(code, {}, { reward })).toContain('/home/me/reward.mjs, which Math-Verify cannot stand for');
});
