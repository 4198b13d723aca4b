/** Opens fakes: a folder with a fake's checkpoint gives that policy, any other folder stands for a model with the fake's first weights. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { ignoreMissing } from '../../core/missing.js';
import { fullCapabilities } from '../capabilities.js';
import { localFolder, usedAfterDispose } from '../requests.js';
import type { Capabilities, OpenOptions, Policy, PolicyEngine, PolicyRef } from '../types.js';
import { FakePolicy, type FakeOptions } from './fake-policy.js';
import { FAKE_FILE, type SavedState } from './saved-state.js';

export class FakeEngine implements PolicyEngine {
  readonly name = 'fake';
  private readonly options: FakeOptions;
  private readonly policies: Policy[] = [];
  private disposed = false;

  constructor(options: FakeOptions) {
    this.options = options;
  }

  can(): Promise<Capabilities> {
    return Promise.resolve(fullCapabilities);
  }

  async open(ref: PolicyRef, options: OpenOptions = {}): Promise<Policy> {
    if (this.disposed) throw usedAfterDispose(this.name);
    const folder = localFolder(ref, this.name);
    const file = join(folder, FAKE_FILE);
    const text = await readFile(file, 'utf8').catch(ignoreMissing);
    if (text === undefined && !(await stat(folder).catch(ignoreMissing))) {
      throw new RaRftError({ code: 'model', message: `there is no model folder ${folder}`, where: folder });
    }
    const saved = text === undefined ? undefined : { state: JSON.parse(text) as SavedState, file };
    const policy = new FakePolicy(this.options, options, saved);
    this.policies.push(policy);
    return policy;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    for (const policy of this.policies) await policy.dispose();
  }
}
