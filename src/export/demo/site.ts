/** What a demo page reads of a run: one JSON file, and the folders of two models beside it. */
import type { PromptSettings } from '../../models/prompt.js';
import type { Problem, Trace } from '../../data/types.js';
import type { SampleOptions } from '../../engine/types.js';
import type { MathOptions } from '../../verify/math/types.js';
import type { WorldOptions } from '../../worlds/world.js';

/** The folder of a site that holds the run, and the JSON file in it. */
export const siteFolder = 'run';
export const siteFile = 'demo.json';

/** The model folders beside the JSON file, as they stood in the run. */
export const modelFolders = { policy: 'policy', retriever: 'retriever' } as const;

/** What a page computes on. */
export type Backend = 'wasm' | 'webgpu';

export interface DemoSite {
  /** Name of the run, the arm whose policy answers, its last step, and the retriever. */
  run: string;
  arm: string;
  step: number;
  retriever: string;
  /** Version of the package that wrote the site. */
  version: string;
  setup: DemoSetup;
  /** How the embedded world was made, where problems are of it: then more can be drawn. */
  world?: Partial<WorldOptions>;
  /** Bytes of ONNX Runtime for each backend that the page has it for; the package leaves the one for WebGPU out, for its size. */
  runtimes: Partial<Record<Backend, number>>;
  /** Test problems of the run. */
  problems: Problem[];
  numbers: DemoNumbers;
  /** Bytes of every file of the model folders, by its path beside the JSON file. */
  files: Record<string, number>;
}

/** What the models need beside their folders. */
export interface DemoSetup {
  prompt: PromptSettings;
  /** How a response is sampled; the tokens that end it are the prompt's. */
  sampling: Omit<SampleOptions, 'stopTokens'>;
  verifier: { kind: 'boxed' } | { kind: 'math'; options: MathOptions };
  traces: Trace[];
}

/** Numbers of one problem. */
export interface ProblemNumbers {
  problemId: string;
  /** Score of every trace, in the order of the corpus. */
  scores: number[];
  /** The best trace that may stand beside it. */
  bestId: string;
  /** log p of the tokens of its solution, after that trace and without any. */
  withTrace: number[];
  withoutTrace: number[];
}

/** Numbers that Node writes and the page computes again. */
export type DemoNumbers = ProblemNumbers[];
