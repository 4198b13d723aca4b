/** Supervised steps on worked solutions: the warm-up, and the SFT and RA-SFT arms. */
export { sftMetricGlossary, supervisedGroups, trainSupervised, type SftTask } from './sft.js';
