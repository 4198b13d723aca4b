/** Where in the model's code an operator was called: a stack captured when the node is made, read only when it is needed. */

const ownFolder = pathOf(import.meta.url.replace(/[^/]*$/, ''));
const DEPTH = 24;

/** A captured stack. V8 formats it at the first reading, so capturing costs little. */
export class Site {
  private readonly holder: Error;

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = DEPTH;
    this.holder = new Error();
    Error.stackTraceLimit = limit;
  }

  /** `file:line` of the first caller outside the tensor compiler; undefined where there is none. */
  line(): string | undefined {
    for (const frame of (this.holder.stack ?? '').split('\n').slice(1)) {
      const found = /\(?((?:file:\/\/)?\/?[^()]*?):(\d+):\d+\)?$/.exec(
        frame
          .trim()
          .replace(/^at (async )?/, '')
          .replace(/^[^(]*\(/, ''),
      );
      if (!found?.[1]) continue;
      const path = pathOf(found[1]);
      if (path.startsWith('node:')) continue;
      if (path.startsWith(ownFolder) && !path.includes('.test.')) continue;
      return `${path}:${found[2]}`;
    }
    return undefined;
  }
}

/** Path of a file URL; what is no file URL stays as it is. */
function pathOf(place: string): string {
  return place.startsWith('file://') ? decodeURIComponent(new URL(place).pathname) : place;
}
