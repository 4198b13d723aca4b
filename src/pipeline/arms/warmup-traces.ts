/** Stages "warmup-traces-<name>": what the early sources of the warm-up find for the training problems. */
import { join } from 'node:path';
import type { DataSets } from '../data/data-sets.js';
import { warmupDepth, warmupSources, type Retrieved } from '../retrieve/contexts.js';
import { searchNamed } from '../retrieve/search-named.js';
import { searchedSettings } from '../retriever-settings.js';
import type { Session } from '../session.js';
import { warmupTracesStage } from '../warmup-settings.js';

/** Searches with the retrievers that need no policy; what was searched is read. */
export async function searchEarlySources(session: Session, data: DataSets): Promise<Retrieved> {
  const { config, run } = session;
  const { early } = warmupSources(config);
  const search = (name: string) =>
    searchNamed(session, data, {
      name,
      stage: warmupTracesStage(name),
      settings: searchedSettings(config, name),
      file: join(run.root, 'retrieved', 'warmup', `${name}.jsonl`),
      wanted: { train: data.train, test: [] },
      kept: warmupDepth(config.warmup),
      inputs: {},
      openEncoder: () => undefined,
    });
  const found: [string, Awaited<ReturnType<typeof search>>][] = [];
  for (const name of early) found.push([name, await search(name)]);
  return new Map(found);
}
