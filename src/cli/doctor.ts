/** `ra-rft doctor`: whether this machine can run, one line a check, each with what to do where it fails. */
import { RaRftError } from '../core/errors.js';
import type { CliContext } from './context.js';
import { doctorChecks, modelCheck, type CheckResult } from './doctor-checks.js';

export interface DoctorOptions {
  /** Model folder to be checked too. */
  model?: string;
}

/** Prints every check. Throws `engine` where one that everything needs has failed. */
export async function doctor({ model }: DoctorOptions, context: CliContext): Promise<void> {
  const failed: CheckResult[] = [];
  const checks = [...doctorChecks, ...(model === undefined ? [] : [() => modelCheck('model', model)])];
  for (const check of checks) {
    const result = await check();
    context.out(`${{ ok: 'ok  ', warn: 'warn', fail: 'FAIL' }[result.state]}  ${result.name}: ${result.text}`);
    if (result.hint !== undefined && result.state !== 'ok') context.out(`      ${result.hint}`);
    if (result.state === 'fail') failed.push(result);
  }
  const [first] = failed;
  if (first) {
    throw new RaRftError({
      code: 'engine',
      message: `${failed.length} of ${checks.length} checks failed: ${failed.map((c) => c.name).join(', ')}`,
      ...(first.hint !== undefined && { hint: first.hint }),
    });
  }
}
