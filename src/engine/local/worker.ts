/** The worker's side of the local engine: one engine a worker, its methods served by name. */
import { serveMethods, type Report } from '../../core/worker-rpc.js';
import type { EngineInfo, OptimStepOptions, SampleOptions, SampleRequest, ScoreGroup, TrainGroup } from '../types.js';
import { LocalEngine, type LocalEngineOptions } from './local-engine.js';

let engine: LocalEngine | undefined;

const methods = {
  open: async ({ folder, options }: { folder: string; options: LocalEngineOptions }): Promise<EngineInfo> => {
    engine = await LocalEngine.open(folder, options);
    return engine.info;
  },
  sample: (args: { requests: SampleRequest[]; options: SampleOptions }, report: Report) =>
    engine!.sample(args.requests, args.options, report),
  logprobs: (args: { groups: ScoreGroup[] }, report: Report) => engine!.logprobs(args.groups, report),
  forwardBackward: (args: { groups: TrainGroup[] }, report: Report) => engine!.forwardBackward(args.groups, report),
  optimStep: (args: { options: OptimStepOptions }) => engine!.optimStep(args.options),
  save: (args: { folder: string; what: { optimizer: boolean } }) => engine!.save(args.folder, args.what),
  load: (args: { folder: string; what: { optimizer: boolean } }) => engine!.load(args.folder, args.what),
  dispose: () => engine!.dispose(),
};

/** What the caller may ask for; see `open.ts`. */
export type EngineMethods = typeof methods;

serveMethods(methods);
