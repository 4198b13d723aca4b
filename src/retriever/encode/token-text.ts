/** Texts as token ids: what stands between a text encoder and its network. */

/** Token ids of one text. */
export interface TokenText {
  ids: Int32Array;
  /** [T], 1 at the tokens that others attend to; left out: all. */
  attended?: Uint8Array;
  /** [T], 1 at the tokens whose vectors count; left out: all. */
  kept?: Uint8Array;
}

/** Token ids of texts, in their order. */
export interface TokenizedTexts {
  texts: TokenText[];
  /** Texts that were cut. */
  truncated: number;
}
