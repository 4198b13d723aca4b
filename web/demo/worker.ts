/** The page's worker: it opens the models and computes with them, so that the page itself stays live. */
import type { Problem, Trace } from '../../src/data/types.js';
import { DemoModels, type Asked, type Said } from '../../src/export/demo/models.js';
import type { DrawnMatch } from '../../src/export/demo/match.js';
import { differences, numbersOf, type Differences } from '../../src/export/demo/numbers.js';
import { modelFolders, siteFile, siteFolder, type Backend, type DemoSite } from '../../src/export/demo/site.js';
import { verdictOf } from '../../src/export/demo/verdict.js';
import { DemoWorld, type DrawnKind } from '../../src/export/demo/world.js';
import type { Verdict } from '../../src/verify/types.js';
import { mount } from './browser/files.js';
import { fetchBytes } from './browser/fetch-bytes.js';
import { hasWebGpu, startRuntime } from './browser/onnx-runtime.js';
import { serve } from './rpc.js';

/** What the page shows of a site. */
export interface Opened extends Pick<DemoSite, 'run' | 'arm' | 'step' | 'retriever' | 'version' | 'problems'> {
  /** Whether this browser and this site have WebGPU. */
  webGpu: boolean;
  traces: number;
  /** Kinds of problems that can be drawn; none where the problems are not of the embedded world. */
  kinds: DrawnKind[];
  /** Milliseconds from the start to models that answer. */
  openMs: number;
}

/** How far the opening is. */
export interface Opening {
  loaded: number;
  bytes: number;
  encoded: number;
  traces: number;
}

/** What is known of a question as it stands. */
export interface Reading {
  answer?: string;
  /** Words that the policy has no token for. */
  unknown: string[];
}

export interface FoundTrace {
  trace: Trace;
  score: number;
}

/** A response under way, at its place among those asked for. */
export interface Told {
  place: number;
  said: Said;
}

export interface Answered {
  responses: { said: Said; verdict?: Verdict }[];
  /** Of all responses together. */
  tokens: number;
  ms: number;
}

export interface Checked extends Differences {
  problems: number;
}

interface Site {
  site: DemoSite;
  models: DemoModels;
  world: DemoWorld | undefined;
}

let open: Site | undefined;

const opened = (): Site => {
  if (!open) throw new Error('the models are not open');
  return open;
};

const methods = (tell: (value: unknown) => void) => ({
  async open(base: string, backend: Backend): Promise<Opened> {
    const start = performance.now();
    let told: Opening | undefined;
    let loaded = 0;
    const read = (bytes: number) => {
      loaded += bytes;
      if (told) tell((told = { ...told, loaded }));
    };
    startRuntime(backend, read);
    const url = new URL(siteFolder, base).href;
    const site = JSON.parse(new TextDecoder().decode(await fetchBytes(`${url}/${siteFile}`))) as DemoSite;
    const { setup, files, runtimes, world } = site;
    const traces = setup.traces.length;
    const bytes = Object.values(files).reduce((a, b) => a + b, runtimes[backend] ?? 0);
    told = { loaded, bytes, encoded: 0, traces };
    mount(url, files, read);
    const models = await DemoModels.open({
      folders: modelFolders,
      setup,
      threads: 1,
      encoded: (encoded) => tell((told = { ...told!, encoded })),
    });
    open = { site, models, world: world && new DemoWorld(world) };
    const { run, arm, step, retriever, version, problems } = site;
    const webGpu = runtimes.webgpu !== undefined && (await hasWebGpu());
    const openMs = performance.now() - start;
    return { run, arm, step, retriever, version, webGpu, problems, traces, kinds: open.world?.kinds ?? [], openMs };
  },

  draw: (kind: DrawnKind, n: number): Problem | undefined => opened().world?.draw(kind, n),

  read(question: string): Reading {
    const { models, world, site } = opened();
    const answer = site.problems.find((problem) => problem.question === question)?.answer ?? world?.answerOf(question);
    return { unknown: models.unknownWords(question), ...(answer !== undefined && { answer }) };
  },

  async search(asked: Asked, k: number): Promise<FoundTrace[]> {
    return (await opened().models.search(asked, k)).map(({ trace, score }) => ({ trace, score }));
  },

  match: (question: string, trace: Trace): Promise<DrawnMatch> => opened().models.match(question, trace),

  async answer(asked: Asked, trace: Trace, seed: number): Promise<Answered> {
    const { models, site } = opened();
    const start = performance.now();
    const drawn = (place: number, said: Said) => tell({ place, said } satisfies Told);
    const all = await models.answer(asked, [undefined, trace], seed, drawn);
    const ms = performance.now() - start;
    const { answer } = asked;
    const judged = all.map(async (said) => {
      return answer === undefined
        ? { said }
        : { said, verdict: await verdictOf(site.setup.verifier, answer, said.text) };
    });
    return { responses: await Promise.all(judged), tokens: all.reduce((n, said) => n + said.tokens.length, 0), ms };
  },

  async check(): Promise<Checked> {
    const { models, site } = opened();
    const checked = site.numbers.flatMap(({ problemId }) => site.problems.filter(({ id }) => id === problemId));
    return { ...differences(site.numbers, await numbersOf(models, checked)), problems: checked.length };
  },
});

export type DemoMethods = ReturnType<typeof methods>;

serve(self, methods);
