/** Any text as a part of an address or of a header. */

/** As `encodeURIComponent`, which throws at half a character: such a half becomes U+FFFD. */
export function uriPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}
