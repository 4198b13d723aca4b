/** What our own part of a step takes, as `npm run bench -- overlap --only ours` has measured it; docs/scale.md says where and when. */
import type { OurSeconds } from './loop.js';

const NS = 1e-9;

export const measured: OurSeconds = {
  readToken: 5.3 * NS,
  textToken: 1766 * NS,
  gradeResponse: 12_800 * NS,
  gradeToken: 14 * NS,
  graders: 2,
  sendToken: 64 * NS,
  receiveToken: 1.3 * NS,
  recordToken: 1184 * NS,
};
