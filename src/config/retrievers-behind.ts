/** Which retrievers of the map stand behind one that searches with others. */
import type { Config } from './schema.js';

type Entry = Config['retrievers'][string];

/** Names of those that an entry is made of, in a fuse those with a weight above 0; none of one that searches by itself. */
export function partsOf(entry: Entry | undefined): string[] {
  if (entry?.kind === 'rerank') return [entry.first, entry.then];
  if (entry?.kind === 'fuse') return Object.keys(entry.of).filter((name) => (entry.of[name] ?? 0) > 0);
  return [];
}

/** A retriever and all behind it, each once. Names that are not in the map are among them. */
export function withAllBehind({ retrievers }: Pick<Config, 'retrievers'>, name: string): string[] {
  const names = new Set([name]);
  for (const one of names) for (const part of partsOf(retrievers[one])) names.add(part); // a set goes on with what is added
  return [...names];
}
