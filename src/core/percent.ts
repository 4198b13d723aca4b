/** `86.1 %` of the share 0.861: how texts for people write shares. */
export function percentText(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}
