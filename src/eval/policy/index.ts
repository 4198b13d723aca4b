/** Evaluating one policy outside of a run: sampled from a server or on this machine, judged, scored. */
export { localPolicy, type LocalPolicyOptions } from './local-policy.js';
export { policyScores, type PolicyScore, type PolicyScores } from './policy-scores.js';
export { lineRecords, recordsOf, taskFacts, type SampleLine } from './sample-line.js';
export { samplePolicy, type SamplePolicyOptions } from './sample-policy.js';
export { serverPolicy, type ServerPolicyOptions } from './server-policy.js';
export { problemKey } from './types.js';
export type { Sampled, SampledText, SampleTask, TextPolicy } from './types.js';
