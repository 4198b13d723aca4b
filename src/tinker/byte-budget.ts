/** A number of bytes that may be held at a time: who finds too few waits in line. */
export class ByteBudget {
  private readonly capacity: number;
  private held = 0;
  private readonly waiting: { bytes: number; admit: () => void }[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Bytes that are held now. */
  get inUse(): number {
    return this.held;
  }

  /**
   * Runs `work` holding so many bytes, and gives them back whatever becomes of it. More than there are at all are had when nobody
   * else holds any. Throws the signal's reason where it is aborted while waiting.
   */
  async hold<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.take(bytes, signal);
    try {
      return await work();
    } finally {
      this.held -= bytes;
      this.admitNext();
    }
  }

  private async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.waiting.length === 0 && this.fits(bytes)) {
      this.held += bytes;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        this.admitNext(); // the one behind may fit
      };
      const entry = {
        bytes,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(entry);
    });
  }

  private fits(bytes: number): boolean {
    return this.held === 0 || this.held + bytes <= this.capacity;
  }

  private admitNext(): void {
    for (let next = this.waiting[0]; next && this.fits(next.bytes); next = this.waiting[0]) {
      this.waiting.shift();
      this.held += next.bytes;
      next.admit();
    }
  }
}
