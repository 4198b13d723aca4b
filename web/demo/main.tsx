/** Starts the page. */
import { render } from 'preact';
import '../shared/style.css';
import './style.css';
import { App } from './app.js';
import { Caller } from './rpc.js';
import type { DemoMethods } from './worker.js';

/** The backend that the address asks for (`?backend=webgpu`). */
const backend = new URL(location.href).searchParams.get('backend') === 'webgpu' ? 'webgpu' : 'wasm';
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

render(
  <App models={new Caller<DemoMethods>(worker)} backend={backend} base={new URL('.', location.href).href} />,
  document.getElementById('app')!,
);
