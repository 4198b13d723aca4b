/** Which codec a server reads, found out by the first request that it takes. */
import { TinkerError } from '../errors.js';
import { jsonWire } from './json.js';
import { protobufWire } from './protobuf.js';
import type { Wire } from './types.js';

/** What a server says to a body of the other kind. */
const OTHER_KIND = new Set([400, 415, 422]);

export class WireChoice {
  private chosen: Wire | undefined;

  constructor(wire: 'auto' | 'protobuf' | 'json') {
    if (wire !== 'auto') this.chosen = wire === 'json' ? jsonWire : protobufWire;
  }

  /**
   * Whether the server takes a repeated training call for the first one. Those that read protobuf do (SkyRL 0.4.0, TuFT by refusing it,
   * the hosted service); of SkyRL 0.3.0 it is not known.
   */
  get takesRepeats(): boolean {
    return this.chosen === protobufWire;
  }

  /** Sends with the codec that is known to be read, else with protobuf and, where that is refused, once with JSON. */
  async send<T>(attempt: (wire: Wire) => Promise<T>): Promise<T> {
    if (this.chosen) return attempt(this.chosen);
    const sent = await this.trial(protobufWire, attempt);
    if ('result' in sent) return sent.result;
    const again = await this.trial(jsonWire, attempt);
    if ('result' in again) return again.result;
    // Refused both ways: for what it says, which the first refusal tells.
    if (again.refusal.status === 415) this.chosen = protobufWire;
    throw sent.refusal;
  }

  private async trial<T>(
    wire: Wire,
    attempt: (wire: Wire) => Promise<T>,
  ): Promise<{ result: T } | { refusal: TinkerError }> {
    try {
      const result = await attempt(wire);
      this.chosen = wire;
      return { result };
    } catch (error) {
      if (error instanceof TinkerError && error.kind === 'refused' && OTHER_KIND.has(error.status ?? 0))
        return { refusal: error };
      throw error;
    }
  }
}
