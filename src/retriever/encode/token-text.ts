/** Texts as token ids: what stands between a text encoder and its network. */

/** Token ids of one text. */
export interface TokenText {
  ids: Int32Array;
  /** [T], 1 at the tokens that others attend to; left out: all. */
  attended?: Uint8Array;
  /** [T], 1 at the tokens whose vectors count; left out: all. */
  kept?: Uint8Array;
}

/** Texts as token ids, in their order. */
export interface TokenizedTexts {
  /** The chunks of each text: one for all but long documents. */
  texts: TokenText[][];
  /** Places of the texts whose end was cut off. */
  cut: number[];
}
