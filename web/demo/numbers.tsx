/** Where the models run, and whether they compute what Node computed. */
import { useEffect, useState } from 'preact/hooks';
import { agree, TOLERANCE } from '../../src/export/demo/numbers.js';
import type { Backend } from '../../src/export/demo/site.js';
import type { Caller } from './rpc.js';
import type { Checked, DemoMethods, Opened } from './worker.js';

export interface NumbersProps {
  models: Caller<DemoMethods>;
  opened: Opened;
  backend: Backend;
}

const backendNames: Record<Backend, string> = { wasm: 'WebAssembly (one thread)', webgpu: 'WebGPU' };

export function Numbers({ models, opened, backend }: NumbersProps) {
  const [checked, setChecked] = useState<Checked>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    models.call('check', []).then(setChecked, (error: Error) => setFailure(error.message));
  }, []);
  const other = backend === 'wasm' ? 'webgpu' : 'wasm';
  const { run, arm, step, retriever, version, webGpu, openMs } = opened;
  return (
    <>
      <p>
        Run <strong>{run}</strong>: policy of the arm <strong>{arm}</strong> after step {step}, retriever{' '}
        <strong>{retriever}</strong>; written by ra-rft {version}.
      </p>
      <p>
        Computed by ONNX Runtime on <strong id="backend">{backendNames[backend]}</strong>, ready after{' '}
        {(openMs / 1000).toFixed(1)} s.{' '}
        {(backend === 'webgpu' || webGpu) && <a href={`?backend=${other}`}>Use {backendNames[other]}</a>}
      </p>
      <p id="numbers" role="status">
        {failure !== undefined && <>The numbers could not be checked: {failure}</>}
        {checked && <Agreement checked={checked} />}
      </p>
    </>
  );
}

function Agreement({ checked }: { checked: Checked }) {
  const { scores, logprobs, problems } = checked;
  return (
    <>
      {agree(checked) ? '✓ The same numbers as in Node' : '✗ Other numbers than in Node'}: on {problems} problems,
      log-probabilities differ by {logprobs.toExponential(1)} at most, scores of traces by {scores.toExponential(1)}{' '}
      (allowed: {TOLERANCE}).
    </>
  );
}
