/** One search of a named retriever as a stage: its hits are kept in a file, and read from there where the stage is done. */
import { hashJson } from '../../core/hash.js';
import type { Trace } from '../../data/index.js';
import { diversityOf, type TraceRetriever } from '../../retriever/index.js';
import { warn } from '../../runs/warnings.js';
import type { DataSets } from '../data/data-sets.js';
import { promptWording, type Settings } from '../fingerprint.js';
import type { Session } from '../session.js';
import type { RetrieverName } from './contexts.js';
import { TEXTS_CUT, cutInSearch } from './cut-texts.js';
import { openNamed, type NamedSources } from './open-named.js';
import { readRetrieved, searchInto, type Wanted } from './retrieved-file.js';

export interface NamedSearch {
  name: RetrieverName;
  stage: string;
  settings: Settings;
  file: string;
  wanted: Wanted;
  /** Traces kept for each problem. */
  kept: number;
  /** What the hits depend on beside settings, data and lengths. */
  inputs: Readonly<Record<string, unknown>>;
  openEncoder: NamedSources['openEncoder'];
  /** Classes of traces; they count where hits are to be of different ones. */
  classOf?: ReadonlyMap<string, string>;
  /** What else is asked of the retriever while it is open, and the file that it leaves. */
  beside?: { file: string; work: (retriever: TraceRetriever) => Promise<void> };
}

/** Traces of each problem, best first. */
export async function searchNamed(
  session: Session,
  data: DataSets,
  { name, stage, settings, file, wanted, kept, openEncoder, classOf: known, beside, inputs: own }: NamedSearch,
): Promise<ReadonlyMap<string, readonly Trace[]>> {
  const { config, run, progress } = session;
  const skipping = config.prompt.overlong === 'skip';
  const diversity = diversityOf(config.retrievers[name]!);
  const classOf = diversity && 'by' in diversity && diversity.by === 'class' ? known : undefined;
  const inputs = {
    settings,
    data: data.fingerprint,
    name,
    kept,
    ...own,
    ...(classOf && { classes: [...classOf] }),
    ...(skipping && {
      overlong: { wording: promptWording(config.prompt), limits: session.lengths.limits, model: session.modelHash },
    }),
  };
  const work = async () => {
    const retriever = await openNamed(name, { config, corpus: data.corpus, openEncoder, root: run.root, progress });
    try {
      const target = {
        file,
        kept,
        ...(diversity && { diversity }),
        ...(classOf && { classOf }),
        inputs: hashJson(inputs),
        guard: data.guard,
        progress,
        ...(skipping && { lengths: session.lengths }),
      };
      await beside?.work(retriever);
      await searchInto(target, retriever, wanted);
      const cut = cutInSearch(retriever);
      if (cut !== undefined) await warn(run, progress, { code: TEXTS_CUT, where: `retriever ${name}`, text: cut });
    } finally {
      await retriever.dispose();
    }
  };
  await run.stage(stage, inputs, work, [file, ...(beside ? [beside.file] : [])]);
  return readRetrieved(file, data, wanted);
}
