/** Runs `ra-rft` with the arguments given and says on standard output what it took, as JSON. */
import { runCommandLine } from '../../src/cli/command-line.js';

export interface BuildCost {
  seconds: number;
  cpuSeconds: number;
  peakMegabytes: number;
}

const started = performance.now();
const nowhere = { write: () => true };
process.exitCode = await runCommandLine(process.argv.slice(2), { out: nowhere, err: process.stderr });
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cost: BuildCost = {
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  peakMegabytes: maxRSS / 1e3,
};
console.log(JSON.stringify(cost));
