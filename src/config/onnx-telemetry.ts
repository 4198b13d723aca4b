/** The switch of ONNX Runtime's telemetry: an environment variable that its native code reads when it starts in a process. */
import { isMainThread } from 'node:worker_threads';
import { withDeadline } from '../core/deadline.js';
import { RaRftError } from '../core/errors.js';

const VARIABLE = 'ORT_DISABLE_TELEMETRY';
const MAIN_THREAD_MS = 10_000;

/**
 * Turns ONNX Runtime's telemetry off for this process; await it before its first session. Without it, ONNX Runtime looks up
 * a host of Microsoft's in every run, and keeps a device id and a database of events under ~/.cache/Microsoft. Throws
 * `engine` where it cannot be turned off.
 */
export async function turnOffOnnxTelemetry(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const given = env[VARIABLE] === '1';
  env[VARIABLE] = '1';
  if (isMainThread) return;
  // Here `process.env` is a copy, which native code does not see: the main thread's is the process's own.
  try {
    await withDeadline(setInMainThread, { timeoutMs: MAIN_THREAD_MS });
  } catch (cause) {
    if (given) return; // the copy was made of an environment that had it
    throw new RaRftError({
      code: 'engine',
      message: `the telemetry of ONNX Runtime cannot be turned off from this thread (${String(cause)})`,
      where: VARIABLE,
      hint: `Set ${VARIABLE}=1 in the environment of the process.`,
      cause,
    });
  }
}

/** Evaluates the assignment in the main thread, through the only door that Node has from any thread into it. */
async function setInMainThread(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connectToMainThread();
  try {
    await session.post('Runtime.evaluate', { expression: `process.env.${VARIABLE} = '1'` });
  } finally {
    session.disconnect();
  }
}
