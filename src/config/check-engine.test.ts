import { describe, expect, it } from 'vitest';
import { engineApiKey } from './environment.js';
import { configWarnings, resolveConfig } from './resolve.js';

const server = ['engine.kind=tinker', 'engine.url=http://127.0.0.1:8010', 'engine.model=/models/tiny/qwen3'];
const good = [...server, 'rl.lora.rank=8', 'rl.maxGradNorm=0'];

const refused = (...set: string[]) => {
  try {
    resolveConfig({ set });
  } catch (error) {
    return error as { message: string; code: string };
  }
  return undefined;
};

describe('a Tinker server', () => {
  it('is taken with an adapter and without clipping, also with all weights', () => {
    expect(resolveConfig({ set: good }).engine).toMatchObject({ kind: 'tinker', reduction: 'measure' });
    expect(refused(...server, 'rl.maxGradNorm=0')).toBeUndefined();
    expect(refused(...good, 'eval.generation.temperature=0.6')).toBeUndefined();
  });

  it.each([
    [['engine.kind=tinker', 'engine.model=m', 'rl.maxGradNorm=0'], 'engine.url names no server'],
    [['engine.kind=tinker', 'engine.url=http://localhost:1', 'rl.maxGradNorm=0'], 'engine.model names no model'],
    [[...good, 'engine.url=http://example.com'], 'plain http'],
    [[...good, 'engine.url=https://me:secret@example.com'], 'user name or password'],
    [[...server, 'rl.lora.rank=8'], 'rl.maxGradNorm is 1, but engine.kind is tinker'],
    [[...good, 'rl.weightDecay=0.1'], 'rl.weightDecay is 0.1'],
    [[...good, 'rl.lora.alpha=16'], 'rl.lora.alpha is 16'],
    [[...good, 'rl.lora.targets=[q_proj]'], 'rl.lora.targets is ["q_proj"]'],
    [[...good, 'rl.lora.rsLora=true'], 'rl.lora.rsLora is true'],
    [[...good, 'generation.temperature=0.6'], 'generation.temperature is 0.6'],
    [[...good, 'rl.generation.topK=5'], 'rl.generation.topK is 5'],
    [[...good, 'engine.kind=vllm'], 'engine.kind is "vllm"'],
  ])('%s is refused', (set, message) => {
    const error = refused(...set);
    expect(error).toMatchObject({ code: 'config', message: expect.stringContaining(message) as string });
    expect(error!.message).not.toContain('secret');
  });

  it("may be reached by plain http on a network of one's own", () => {
    expect(refused(...good, 'engine.url=http://gpu-1:8000', 'engine.allowHttp=true')).toBeUndefined();
  });

  it('says which keys do nothing without it', () => {
    const options = { set: ['engine.model=m', 'engine.url=https://example.com'] };
    const warnings = configWarnings(options, resolveConfig(options));
    expect(warnings.join('\n')).toMatch(/engine\.url[^]*engine\.kind is local/);
  });
});

describe('an OpenAI-compatible server', () => {
  const served = ['engine.kind=openai', 'engine.url=http://127.0.0.1:8000/v1', 'engine.model=Qwen/Qwen3-4B'];

  it('is taken as it is: whether arms train is known when a run begins', () => {
    expect(refused(...served)).toBeUndefined();
    expect(refused(...served, 'generation.temperature=0.6', 'rl.steps=0')).toBeUndefined();
    expect(refused(...served, 'engine.url=http://gpu-1:8000/v1', 'engine.allowHttp=true')).toBeUndefined();
  });

  it.each([
    [['engine.kind=openai', 'engine.model=m'], 'engine.url names no server'],
    [['engine.kind=openai', 'engine.url=http://localhost:1/v1'], 'engine.model names no model'],
    [[...served, 'engine.url=http://example.com/v1'], 'plain http'],
    [[...served, 'engine.url=https://me:secret@example.com/v1'], 'user name or password'],
    [[...served, 'warmup.steps=10'], 'warmup.steps is 10, but engine.kind is openai, where nothing is trained'],
    [[...served, 'engine.retries=-1'], 'engine.retries is -1'],
  ])('%s is refused', (set, message) => {
    expect(refused(...set)).toMatchObject({ code: 'config', message: expect.stringContaining(message) as string });
  });

  it('says which keys do nothing with it, and which without', () => {
    const warnings = (...set: string[]) => configWarnings({ set }, resolveConfig({ set })).join('\n');
    expect(warnings(...served, 'engine.reduction=sum', 'engine.activationGigabytes=2')).toMatch(
      /engine\.reduction[^]*engine\.kind is openai/,
    );
    expect(warnings(...served, 'engine.maxSequences=16', 'engine.retries=2', 'engine.timeoutSeconds=60')).not.toContain(
      'engine.',
    );
    expect(warnings('engine.retries=2')).toContain('engine.kind is local');
  });
});

it('takes the key from the named variable alone, and says which one holds none', () => {
  expect(engineApiKey(null, { TINKER_API_KEY: 'tml-1' })).toBeUndefined();
  expect(engineApiKey('TINKER_API_KEY', { TINKER_API_KEY: ' tml-1\n' })).toBe('tml-1');
  expect(() => engineApiKey('TINKER_API_KEY', {})).toThrow(
    expect.objectContaining({ code: 'engine', where: 'engine.apiKeyEnv' }) as Error,
  );
});
