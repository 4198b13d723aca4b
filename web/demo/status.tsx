/** Where the opening of the models is, or why there are none. */
import type { Backend } from '../../src/export/demo/site.js';
import type { Opened, Opening } from './worker.js';

export interface StatusProps {
  opening: Opening | undefined;
  opened: Opened | undefined;
  failure: string | undefined;
  backend: Backend;
}

export function Status({ opening, opened, failure, backend }: StatusProps) {
  if (failure !== undefined) return <Failure message={failure} backend={backend} />;
  if (opened) return null;
  // Reading is nearly all of it on the web, and little beside the encoding on one's own machine.
  const done = opening ? (opening.loaded / opening.bytes + opening.encoded / opening.traces) / 2 : 0;
  return (
    <section aria-label="Loading">
      <p role="status">{opening ? 'Reading the models and encoding the traces …' : 'Loading …'}</p>
      <progress aria-label="Models loaded" value={done} max={1} />
    </section>
  );
}

function Failure({ message, backend }: { message: string; backend: Backend }) {
  return (
    <section class="notice wrong" role="alert">
      <h2>The models do not run in this browser</h2>
      <p>
        They take WebAssembly with SIMD, which all current browsers have; a setting, an extension or the page's host may
        keep it from them.
        {backend === 'webgpu' && (
          <>
            {' '}
            This attempt was on WebGPU: <a href="?backend=wasm">try WebAssembly</a>.
          </>
        )}
      </p>
      <p>
        What was said: <code>{message}</code>
      </p>
    </section>
  );
}
