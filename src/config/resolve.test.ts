import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RaRftError, type ErrorFacts } from '../core/errors.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { presets } from './presets.js';
import { resolveConfig, withDefaults, type ResolveOptions } from './resolve.js';

async function yamlFile(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'conf', 'run.yaml');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

function refusal(options: ResolveOptions): ErrorFacts {
  try {
    resolveConfig(options);
  } catch (error) {
    if (error instanceof RaRftError) return error.facts();
    throw error;
  }
  throw new Error('the configuration was taken');
}

describe('order of sources', () => {
  it('is defaults, preset, file, --set', async () => {
    const file = await yamlFile('rl:\n  steps: 7\n  groupSize: 4\n');
    const config = resolveConfig({ preset: 'quick', file, set: ['rl.groupSize=16'] });
    expect(config.rl).toMatchObject({ groupSize: 16, steps: 7, recipe: 'grpo' });
    expect(config.generation.maxTokens).toBe(20);
    expect(config.name).toBe('quick');
    expect(resolveConfig().generation.maxTokens).toBe(256);
  });

  it('merges sections and replaces lists', async () => {
    const file = await yamlFile('generation: {stop: [a, b]}\narms: [{name: only, train: bm25, test: bm25}]\n');
    const config = resolveConfig({ preset: 'demo', file });
    expect(config.generation.stop).toEqual(['a', 'b']);
    expect(config.rl.steps).toBe(resolveConfig({ preset: 'demo' }).rl.steps);
    expect(config.arms).toMatchObject([{ name: 'only', train: 'bm25', test: 'bm25', recipe: null, policyOf: null }]);
  });

  it('replaces a mix by shares as a whole', async () => {
    const preset = 'word-problems';
    expect(Object.keys(resolveConfig({ preset }).warmup.traces)).toEqual(['learned', 'random']);
    const file = await yamlFile('warmup: { traces: { random: 1, bm25: 3 } }\n');
    expect(resolveConfig({ preset, file }).warmup.traces).toEqual({ random: 1, bm25: 3 });
    const set = ['warmup.traces.bm25=1', 'warmup.traces.random=2'];
    expect(resolveConfig({ preset, file, set }).warmup.traces).toEqual({ bm25: 1, random: 2 });
  });

  it('takes an empty file, and sections whose keys are all commented out', async () => {
    expect(resolveConfig({ file: await yamlFile('') })).toEqual(resolveConfig());
    expect(resolveConfig({ preset: 'quick', file: await yamlFile('rl:\n  # steps: 3\ndata:\n  world:\n') })).toEqual(
      resolveConfig({ preset: 'quick' }),
    );
  });
});

describe('withDefaults', () => {
  it('brings kept values up to date, and leaves what it does not know for the comparison', () => {
    const config = resolveConfig({ preset: 'quick' });
    const { minGain: _new, ...labels } = config.labels;
    expect(withDefaults({ ...config, labels })).toEqual(config);
    const strange = { ...config, labels: { ...labels, minGian: 1 } };
    expect(withDefaults(strange)).toBe(strange);
  });
});

describe('--set', () => {
  it('reads YAML values, and text as it stands where the key takes text', () => {
    const set = [
      'generation.stop=["}", "x=y"]',
      'name=12',
      'prompt.problemTemplate=Q: {question} # one',
      'prompt.system=null',
      'rl.learningRate=1e-6',
    ];
    const config = resolveConfig({ set });
    expect(config.generation.stop).toEqual(['}', 'x=y']);
    expect(config.rl.learningRate).toBe(1e-6);
    expect(config.name).toBe('12');
    expect(config.prompt).toMatchObject({ problemTemplate: 'Q: {question} # one', system: null });
    expect(resolveConfig({ set: ['prompt.solutionTemplate="{trace}\\n"'] }).prompt.solutionTemplate).toBe('{trace}\n');
  });

  it('refuses what has no value or no such key, also keys that JavaScript knows', () => {
    expect(refusal({ set: ['rl.steps'] })).toMatchObject({ code: 'usage' });
    expect(refusal({ set: ['rl.stpes=3'] })).toMatchObject({
      code: 'config',
      where: '--set rl.stpes=3',
      hint: 'Did you mean rl.steps?',
    });
    expect(refusal({ set: ['__proto__=1'] })).toMatchObject({ code: 'config' });
    expect(refusal({ set: ['rl.__proto__.steps=1'] })).toMatchObject({ code: 'config' });
    expect(refusal({ set: ['constructor=1'] })).toMatchObject({ code: 'config' });
    expect(refusal({ set: ['rl={'] })).toMatchObject({ code: 'config', where: '--set rl' });
  });
});

describe('refusals', () => {
  it('name the line, the allowed keys and the nearest one', async () => {
    const file = await yamlFile('name: x\nrl:\n  steps: 3\n  grupSize: 4\n');
    expect(refusal({ file })).toMatchObject({
      code: 'config',
      message: 'unknown key rl.grupSize',
      where: `${file}:4`,
      expected: expect.stringContaining('promptsPerStep, groupSize, maxGroupsPerUpdate') as string,
      hint: 'Did you mean rl.groupSize?',
    });
  });

  it('say where a key of that name is, when it stands in the wrong section', async () => {
    const file = await yamlFile('temperature: 2\n');
    expect(refusal({ file }).hint).toBe(
      'Did you mean generation.temperature or retriever.temperature or labels.llm.temperature?',
    );
    expect(refusal({ set: ['zzzzzz=1'] }).hint).toBeUndefined();
  });

  it('name value and limits of a wrong value', async () => {
    const file = await yamlFile('rl:\n  groupSize: 0\n');
    expect(refusal({ file })).toMatchObject({
      message: 'rl.groupSize is 0',
      where: `${file}:2`,
      expected: 'integer >= 1, responses',
    });
    expect(refusal({ set: ['generation.topP=0'] })).toMatchObject({ expected: 'number > 0 and <= 1' });
    expect(refusal({ set: ['retriever.scoring=max'] })).toMatchObject({
      message: 'retriever.scoring is "max"',
      expected: 'mean | sum',
    });
    expect(refusal({ set: ['rl.steps=1.5'] })).toMatchObject({ message: 'rl.steps is 1.5' });
    expect(refusal({ set: ['rl=3'] })).toMatchObject({ message: 'rl is 3', expected: 'section' });
    expect(refusal({ set: ['name=a/b'] }).message).toBe('name is "a/b"');
  });

  it('blame the source that decided', async () => {
    const file = await yamlFile('rl:\n  steps: 0\n');
    expect(refusal({ file, set: ['rl.steps=-1'] }).where).toBe('--set rl.steps=-1');
    expect(resolveConfig({ file, set: ['rl.steps=5'] }).rl.steps).toBe(5);
  });

  it('list every mistake with its line, also inside lists', async () => {
    const file = await yamlFile('seeed: 1\narms:\n  - name: a\n    train: bm52\n  - {nam: b}\n');
    const { message, where } = refusal({ file });
    expect(where).toContain(file);
    for (const part of [
      `${file}:1: unknown key seeed`,
      `${file}:4: arms[0].train is "bm52"`,
      `${file}:5: arms[1].name is missing`,
      `${file}:5: unknown key arms[1].nam`,
    ]) {
      expect(message).toContain(part);
    }
  });

  it('name file and line of bad YAML, and a file that is missing or holds no sections', async () => {
    const bad = await yamlFile('name: x\nrl: [\n');
    expect(refusal({ file: bad })).toMatchObject({
      code: 'config',
      where: expect.stringMatching(/run\.yaml:[23]$/) as string,
    });
    expect(refusal({ file: '/no/such.yaml' })).toMatchObject({ code: 'config', where: '/no/such.yaml' });
    const list = await yamlFile('- 1\n');
    expect(refusal({ file: list })).toMatchObject({ code: 'config', where: `${list}:1` });
    expect(refusal({ preset: 'dmeo' })).toMatchObject({ code: 'config', expected: Object.keys(presets).join(', ') });
  });
});

describe('values that do not fit together', () => {
  it('are refused with the key to change', () => {
    expect(refusal({ set: ['data.source=files'] })).toMatchObject({ where: 'data.problems.path' });
    expect(refusal({ set: ['data.source=files', 'data.problems.path=p.jsonl', 'data.testShare=0'] }).where).toBe(
      '--set data.testShare=0',
    );
    expect(refusal({ set: ['retriever.convWidth=4'] }).where).toBe('--set retriever.convWidth=4');
    expect(refusal({ set: ['arms=[{name: a}, {name: a}]'] }).message).toBe('two arms are named a');
    expect(refusal({ set: ['arms=[{name: a}, {name: b, policyOf: c}]'] })).toMatchObject({ expected: 'a' });
    expect(refusal({ set: ['arms=[{name: a, policyOf: a}]'] }).message).toContain('trains no policy');
    expect(refusal({ set: ['arms=[{name: a}, {name: b, policyOf: a, train: bm25}]'] })).toMatchObject({
      expected: 'train: none',
    });
  });

  it('says where a list stands that replaced another, not where that other has its item', async () => {
    const file = await yamlFile('arms:\n  - {name: a, train: bm25}\n  - {name: b, train: bm25}\n');
    const set = ['arms=[{name: a, train: bm25}, {name: b, policyOf: a}]'];
    expect(refusal({ file, set })).toMatchObject({ where: `--set ${set[0]}`, expected: 'train: bm25' });
    const own = await yamlFile('arms:\n  - {name: a, train: bm25}\n  - {name: b, policyOf: a}\n');
    expect(refusal({ file: own })).toMatchObject({ where: `${own}:3`, expected: 'train: bm25' });
  });
});

describe('where the data comes from', () => {
  const sourceOf = (...set: string[]) => resolveConfig({ set }).data.source;

  it('follows from the files that are named, and stands in the resolved configuration', () => {
    expect(sourceOf()).toBe('world');
    expect(sourceOf('data.problems.path=p.jsonl')).toBe('files');
    expect(sourceOf('data.source=auto', 'data.problems.path=p.jsonl')).toBe('files');
    expect(sourceOf('data.source=world')).toBe('world');
    expect(resolveConfig({ preset: 'demo' }).data.source).toBe('world');
    expect(resolveConfig({ preset: 'demo', set: ['data.problems.path=p.jsonl'] }).data.source).toBe('files');
  });

  it.each(['problems.path', 'tests.path', 'corpus.path', 'excludeLists'])(
    'the world with data.%s is refused, not trained in its place',
    (key) => {
      expect(refusal({ set: ['data.source=world', `data.${key}=f.jsonl`] })).toMatchObject({
        code: 'config',
        where: '--set data.source=world',
        message: expect.stringContaining(`data.${key} names a file`) as string,
      });
    },
  );

  it.each(['tests.path', 'corpus.path', 'excludeLists'])('data.%s alone is refused: there are no problems', (key) => {
    expect(refusal({ set: [`data.${key}=f.jsonl`] })).toMatchObject({ where: 'data.problems.path' });
  });

  it("a preset of a data set names the fields, and the user's names win", () => {
    const set = ['data.problems.path=p.jsonl', 'data.problems.preset=verl', 'data.problems.fields.source=origin'];
    const { fields } = resolveConfig({ set }).data.problems;
    expect(fields).toMatchObject({
      question: 'prompt',
      answer: 'reward_model.ground_truth',
      source: 'origin',
      id: 'id',
    });
    expect(resolveConfig().data.corpus.fields).toMatchObject({ question: 'question', solution: 'solution' });
  });
});

describe('paths', () => {
  it('are meant against the file that names them, and names are left alone', async () => {
    const file = await yamlFile(
      'data: {source: files, problems: {path: data/p.jsonl}}\nreward: ./reward.mjs\nmodel: {path: models/smol}\n',
    );
    const config = resolveConfig({ file });
    const folder = dirname(file);
    expect(config.data.problems.path).toBe(join(folder, 'data/p.jsonl'));
    expect(config.reward).toBe(join(folder, 'reward.mjs'));
    expect(config.model.path).toBe(join(folder, 'models/smol'));
    const fromHere = resolveConfig({ file, set: ['model.path=here', 'reward=boxed'] });
    expect(fromHere.model.path).toBe(resolve('here'));
    expect(fromHere.reward).toBe('boxed');
    expect(resolveConfig().model.path).toBe('embedded');
    const set = ['data.problems.path=p.jsonl', 'data.tests.path=/abs/t.jsonl'];
    expect(resolveConfig({ set }).data.tests.path).toBe('/abs/t.jsonl');
    const named = await yamlFile('retrievers: {mine: {kind: encoder, model: encoders/bert}}');
    const { retrievers } = resolveConfig({ file: named });
    expect(retrievers['mine']).toMatchObject({ model: join(dirname(named), 'encoders/bert') });
    expect(retrievers['learned']).toMatchObject({ model: null });
    const several = await yamlFile('data: {problems: {path: [a.jsonl, /b.jsonl, "c/*.jsonl"]}}');
    expect(resolveConfig({ file: several }).data.problems.path).toEqual([
      join(dirname(several), 'a.jsonl'),
      '/b.jsonl',
      join(dirname(several), 'c/*.jsonl'),
    ]);
  });
});
