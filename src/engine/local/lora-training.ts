/** Training of an adapter: the base's weights are shared and stay as they are, everything computes with the merged ones. */
import {
  copyChanged,
  factorSpecs,
  mergeGraph,
  mergeInto,
  writeAdapter,
  type Adapter,
} from '../../models/adapter/index.js';
import { sizeOf } from '../../models/parameters.js';
import { makeTrainables } from '../../optim/trainables.js';
import type { BaseModel } from './base-models.js';
import { trainGraph } from './graphs.js';
import type { Programs } from './programs.js';
import type { Training } from './training.js';

/** Trains the factors of `adapter`, which are copied to where the optimizer reaches them. */
export async function loraTraining(
  base: BaseModel,
  adapter: Adapter,
  { baseFolder, programs }: { baseFolder: string; programs: Programs },
): Promise<Training> {
  const { config } = base;
  const specs = factorSpecs(adapter.parts, adapter.rank);
  const trainables = makeTrainables(specs.map(({ name, shape }) => ({ name, length: sizeOf(shape), decay: true })));
  for (const { name, value } of trainables) value.set(adapter.factors.get(name)!);
  const own: Adapter = { ...adapter, factors: new Map(trainables.map(({ name, value }) => [name, value])) };
  const feedsOf = (data: 'value' | 'grad') => trainables.map((t, i) => ({ data: t[data], shape: specs[i]!.shape }));
  const [values, grads] = [feedsOf('value'), feedsOf('grad')];
  const named = (feeds: typeof values, rename = (name: string) => name) =>
    Object.fromEntries(feeds.map((feed, i) => [rename(specs[i]!.name), feed]));
  const params = await mergedParams(base, own, programs);
  return {
    params,
    trainables,
    key: `train ${adapterKey(adapter)}`,
    graph: (withPrefix, alternatives) =>
      trainGraph(config, withPrefix, { adapter, ...(alternatives && { alternatives }) }),
    feeds: named(values),
    gradients: (rename) => named(grads, rename),
    embedding: undefined,
    moved: async () => mergeInto(params, base.params, own, await mergeProgram(base, programs)),
    write: (folder) => writeAdapter(folder, own, { base: baseFolder, config }),
  };
}

/** The base's parameters with an adapter merged in; those it does not change are the base's own. */
export async function mergedParams(
  base: BaseModel,
  adapter: Adapter,
  programs: Programs,
): Promise<Map<string, Float32Array>> {
  const params = copyChanged(base.params, adapter);
  await mergeInto(params, base.params, adapter, await mergeProgram(base, programs));
  return params;
}

function mergeProgram({ config }: BaseModel, programs: Programs) {
  return programs.get(config, 'merge', mergeGraph);
}

/** What a graph with this adapter is built from. */
function adapterKey({ rank, alpha, rsLora, parts }: Adapter): string {
  return JSON.stringify([rank, alpha, rsLora, parts.map(({ module }) => module)]);
}
