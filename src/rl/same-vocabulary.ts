/** A policy that scores what another one wrote must know its tokens. */
import { RaRftError } from '../core/errors.js';
import type { Policy } from '../engine/types.js';

/** Throws `config` where `other`, a reference or a teacher (`role`), has another number of tokens than the policy that is trained. */
export function refuseOtherVocabulary(policy: Policy, other: Policy | undefined, role: string): void {
  if (!other || other.info.vocabSize === policy.info.vocabSize) return;
  throw new RaRftError({
    code: 'config',
    message: `the ${role} ${other.info.name} has ${other.info.vocabSize} tokens, but the policy ${policy.info.name} has ${policy.info.vocabSize}: the same ids would be other words`,
    where: role,
    expected: `a ${role} with the vocabulary of the policy`,
    hint: 'Take the policy that the training starts from, or another model with its tokenizer.',
  });
}
