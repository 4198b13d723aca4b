/** Where records stand (`file:line`) by their ids, held as a number each. */
export class Places {
  /** Number of each id, from 0. */
  private readonly ids = new Map<string, number>();
  private readonly lines: number[] = [];
  /** Files in order, each with the number of its first id. */
  private readonly files: { name: string; from: number }[] = [];

  /** `where`: `file:line`; records come file by file. The id is new. */
  set(id: string, where: string): void {
    const colon = where.lastIndexOf(':');
    const name = where.slice(0, colon);
    const at = this.lines.push(Number(where.slice(colon + 1))) - 1;
    this.ids.set(id, at);
    if (this.files.at(-1)?.name !== name) this.files.push({ name, from: at });
  }

  get(id: string): string | undefined {
    const at = this.ids.get(id);
    if (at === undefined) return undefined;
    return `${this.files.findLast(({ from }) => from <= at)?.name}:${this.lines[at]}`;
  }
}
