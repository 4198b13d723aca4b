/** A text encoder whose model stands behind a server: one unit vector a text. */
import { openWhole } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import type { EmbeddingsClient } from '../../llm/index.js';
import type { EncodedTexts, EncoderInfo, Side, TextEncoder } from '../encode/types.js';

/** What is put before texts: many models want to be told what a text is. */
export interface ServerPrefixes {
  queryPrefix: string;
  documentPrefix: string;
}

/** A text whose vector tells how long vectors are, where nobody has said it. */
const PROBE = 'length';

export class ServerEncoder implements TextEncoder {
  readonly info: EncoderInfo;
  private readonly client: EmbeddingsClient;
  private readonly prefixes: ServerPrefixes;

  private constructor(client: EmbeddingsClient, prefixes: ServerPrefixes, dim: number) {
    this.client = client;
    this.prefixes = prefixes;
    const hash = hashJson([client.settings.url, client.settings.model, dim, prefixes]).slice(0, 16);
    this.info = { dim, hash, scoring: 'mean' };
  }

  /** Asks the server for one vector, unless the length is set or the vector is kept; disposes of `client` in the end, also where this throws. */
  static open(client: EmbeddingsClient, prefixes: ServerPrefixes): Promise<ServerEncoder> {
    return openWhole(async (own) => {
      const { dimensions } = own(client).settings;
      const dim = dimensions ?? ((await client.embed([PROBE]))[0] as Float32Array).length;
      return new ServerEncoder(client, prefixes, dim);
    });
  }

  /** A server that cuts long texts does not say so: none of them is among the `cut`. Throws as `EmbeddingsClient.embed`, and `llm` at vectors that are none. */
  async encode(texts: readonly string[], side: Side): Promise<EncodedTexts> {
    const prefix = side === 'query' ? this.prefixes.queryPrefix : this.prefixes.documentPrefix;
    const { dim } = this.info;
    const found = await this.client.embed(texts.map((text) => prefix + text));
    const lengths = Int32Array.of(1);
    return {
      texts: found.map((vector, i) => ({ dim, lengths, vectors: this.unit(vector, texts[i] as string) })),
      cut: [],
    };
  }

  dispose(): Promise<void> {
    return this.client.dispose();
  }

  private unit(vector: Float32Array, text: string): Float32Array {
    const { dim } = this.info;
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (vector.length === dim && norm > 0) return vector.map((value) => value / norm);
    throw new RaRftError({
      code: 'llm',
      message: `${this.client.settings.model} gave ${norm > 0 ? `${vector.length} numbers` : 'zeros'} for ${JSON.stringify(text.slice(0, 40))}`,
      where: 'dimensions',
      expected: `a vector of ${dim} numbers`,
    });
  }
}
