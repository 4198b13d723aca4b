/** Heartbeats in a thread of their own: grading and other long work of the main thread cannot starve them. */
import { serveMethods } from '../core/worker-rpc.js';
import { Beating, type HeartbeatSettings, type HeartbeatState } from './heartbeat.js';

let beating: Beating | undefined;

const methods = {
  begin: (settings: HeartbeatSettings): void => {
    beating ??= Beating.start(settings);
  },
  state: (): HeartbeatState | undefined => beating?.state,
  end: async (): Promise<void> => {
    await beating?.stop();
  },
};

export type HeartbeatMethods = typeof methods;

serveMethods(methods);
