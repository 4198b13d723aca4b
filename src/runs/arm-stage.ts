/** How the stage of an arm is called. */

/** `train-<name>`, or `eval-<name>` of an arm that borrows its policy. */
export function armStage({ name, policyOf }: { name: string; policyOf?: string | null }): string {
  return `${typeof policyOf === 'string' ? 'eval' : 'train'}-${name}`;
}
