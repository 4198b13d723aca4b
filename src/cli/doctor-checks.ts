/** The checks of `ra-rft doctor`. Each looks at one thing and never throws. */
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { errorFacts } from '../core/errors.js';
import { packageVersion } from './version.js';

export interface CheckResult {
  name: string;
  /** `warn`: runs, with limits. */
  state: 'ok' | 'warn' | 'fail';
  text: string;
  hint?: string | undefined;
}

export type Check = () => Promise<CheckResult>;

const gib = 2 ** 30;

export const doctorChecks: readonly Check[] = [version, nodeVersion, tensorRuntime, cores, memory, disk, embeddedModel];

function version(): Promise<CheckResult> {
  return Promise.resolve({ name: 'ra-rft', state: 'ok', text: packageVersion() });
}

function nodeVersion(): Promise<CheckResult> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return Promise.resolve({
    name: 'node',
    state: ok ? 'ok' : 'fail',
    text: `${process.version} on ${process.platform} ${process.arch}`,
    hint: 'Node 20.19 or newer is needed.',
  });
}

/** Loads ONNX Runtime and multiplies two matrices whose product is known; the rate is a rough one. */
async function tensorRuntime(): Promise<CheckResult> {
  const name = 'tensor runtime';
  try {
    const { multiplyOnce } = await import('./doctor-matmul.js');
    const { gflops, right } = await multiplyOnce(1024);
    if (!right)
      return {
        name,
        state: 'fail',
        text: 'a product came out wrong',
        hint: 'This processor or its ONNX Runtime cannot be trusted.',
      };
    return { name, state: 'ok', text: `ONNX Runtime multiplies at about ${Math.round(gflops)} GFLOP/s` };
  } catch (error) {
    return {
      name,
      state: 'fail',
      text: error instanceof Error ? error.message : String(error),
      hint: 'Install again with `npm ci`; onnxruntime-node carries its binaries for Linux, macOS and Windows on x64 and arm64.',
    };
  }
}

function cores(): Promise<CheckResult> {
  const n = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return Promise.resolve({
    name: 'cores',
    state: n >= 2 ? 'ok' : 'warn',
    text: `${n} (${model})`,
    hint: 'The demo is sized for two cores; with one it takes about twice as long.',
  });
}

function memory(): Promise<CheckResult> {
  const limit = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Promise.resolve({
    name: 'memory',
    state: limit >= 3 * gib ? 'ok' : 'warn',
    text: `${(limit / gib).toFixed(1)} GiB, ${(freemem() / gib).toFixed(1)} GiB free`,
    hint: 'The demo wants about 2 GiB, a model of 135M parameters about 8; lower engine.activationGigabytes.',
  });
}

async function disk(): Promise<CheckResult> {
  const facts = await statfs(process.cwd());
  const free = facts.bavail * facts.bsize;
  return {
    name: 'disk',
    state: free >= gib ? 'ok' : 'warn',
    text: `${(free / gib).toFixed(1)} GiB free in ${process.cwd()}`,
    hint: 'A checkpoint with its optimizer takes 12 bytes a parameter; runs are kept under runs/.',
  };
}

function embeddedModel(): Promise<CheckResult> {
  const folder = fileURLToPath(new URL('../../assets/base', import.meta.url));
  return modelCheck('embedded model', folder, 'Make it with `ra-rft world pretrain`.');
}

/** Reads a model folder whole: config, tokenizer, every weight. */
export async function modelCheck(name: string, folder: string, hint?: string): Promise<CheckResult> {
  try {
    const { openModel, countParams } = await import('../models/index.js');
    const { config, tokenizer } = await openModel(folder);
    const millions = (countParams(config) / 1e6).toFixed(1);
    const text = `${config.architecture}, ${millions} million parameters, ${config.vocab} tokens (${tokenizer.vocabSize} in the tokenizer) at ${folder}`;
    return { name, state: 'ok', text };
  } catch (error) {
    const facts = errorFacts(error);
    const place = facts.where === undefined || facts.message.includes(facts.where) ? '' : ` (${facts.where})`;
    return { name, state: 'fail', text: `${facts.message}${place}`, hint: hint ?? facts.hint };
  }
}
