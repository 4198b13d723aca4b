/** What our own part of a step takes, as `npm run bench -- overlap --only ours` has measured it; docs/scale.md says where and when. */
import type { OurSeconds } from './loop.js';

const NS = 1e-9;

export const measured: OurSeconds = {
  readToken: 5 * NS,
  textToken: 200 * NS,
  gradeResponse: 200_000 * NS,
  gradeToken: 100 * NS,
  graders: 2,
  sendToken: 30 * NS,
  receiveToken: 5 * NS,
  recordToken: 400 * NS,
};
