/** The worker's side of the local engine: one engine a worker, its policies by number, their methods served by name. */
import { RaRftError } from '../../core/errors.js';
import { serveMethods, type Report } from '../../core/worker-rpc.js';
import type {
  EngineInfo,
  OpenOptions,
  OptimStepOptions,
  PolicyRef,
  SampleOptions,
  SampleRequest,
  ScoreGroup,
  TrainGroup,
  WhichAlternatives,
} from '../types.js';
import { LocalEngine, type LocalEngineOptions } from './local-engine.js';
import type { LocalPolicy } from './local-policy.js';

let engine: LocalEngine | undefined;
let opened = 0;
const policies = new Map<number, LocalPolicy>();

/** Every call names its policy. */
interface Of {
  policy: number;
}

function at({ policy }: Of): LocalPolicy {
  const found = policies.get(policy);
  if (found) return found;
  throw new RaRftError({ code: 'internal', message: `the engine's worker has no policy ${policy}` });
}

const methods = {
  start: ({ options }: { options: LocalEngineOptions }): void => {
    engine = new LocalEngine(options);
  },
  open: async ({ ref, options }: { ref: PolicyRef; options: OpenOptions }): Promise<Of & { info: EngineInfo }> => {
    const policy = await engine!.open(ref, options);
    policies.set(++opened, policy);
    return { policy: opened, info: policy.info };
  },
  sample: (args: Of & { requests: SampleRequest[]; options: SampleOptions }, report: Report) =>
    at(args).sample(args.requests, args.options, report),
  logprobs: (args: Of & { groups: ScoreGroup[] }, report: Report) => at(args).logprobs(args.groups, report),
  alternatives: (args: Of & { groups: ScoreGroup[]; which: WhichAlternatives }, report: Report) =>
    at(args).alternatives(args.groups, args.which, report),
  forwardBackward: (args: Of & { groups: TrainGroup[] }, report: Report) =>
    at(args).forwardBackward(args.groups, report),
  optimStep: (args: Of & { options: OptimStepOptions }) => at(args).optimStep(args.options),
  checkpoint: (args: Of & { folder: string; what: { optimizer: boolean } }) =>
    at(args).checkpoint(args.folder, args.what),
  close: async (args: Of) => {
    await at(args).dispose();
    policies.delete(args.policy);
  },
  dispose: () => engine?.dispose(),
};

/** What the caller may ask for; see `open.ts`. */
export type EngineMethods = typeof methods;

serveMethods(methods);
