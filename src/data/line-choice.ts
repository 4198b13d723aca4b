/** Which lines of a file are taken, by the values of their fields. */
import { RaRftError } from '../core/errors.js';
import { readField } from './fields.js';

/** Values that fields must have, one or a list each; compared as text. */
export type Where = Readonly<Record<string, FieldText | readonly FieldText[]>>;
type FieldText = string | number | boolean;

/** Values of a field that an error shows. */
const SHOWN = 12;

/** Chooses lines, and remembers what the fields held, for the error where nothing fits. */
export class LineChoice {
  private readonly wanted: readonly (readonly [field: string, values: ReadonlySet<string>])[];
  private readonly met: ReadonlyMap<string, Set<string>>;
  private lines = 0;
  private taken = 0;

  constructor(where: Where) {
    this.wanted = Object.entries(where).map(([field, values]) => [field, new Set([values].flat().map(String))]);
    this.met = new Map(this.wanted.map(([field]) => [field, new Set()]));
  }

  /** The fields that are looked at. */
  get fields(): string[] {
    return this.wanted.map(([field]) => field);
  }

  /** Whether every field of the record has one of its values. */
  takes(record: Record<string, unknown>): boolean {
    let fits = true;
    for (const [field, values] of this.wanted) {
      const value = readField(record, field);
      const text = 'text' in value ? value.text : undefined;
      if (text !== undefined && this.met.get(field)!.size <= SHOWN) this.met.get(field)!.add(text);
      fits &&= text !== undefined && values.has(text);
    }
    this.lines++;
    if (fits) this.taken++;
    return fits;
  }

  /** Throws `data` where no line was taken: a field that no line has, or values that none has. */
  refuseEmpty(path: string): void {
    if (this.lines === 0 || this.taken > 0) return;
    const absent = this.wanted.find(([field]) => this.met.get(field)!.size === 0);
    const text = this.wanted.map(([field, values]) => `${field}: ${[...values].join(' or ')}`).join(', ');
    throw new RaRftError({
      code: 'data',
      message: absent
        ? `no line has the field ${absent[0]}, which where names`
        : `none of ${this.lines} lines has ${text}`,
      where: path,
      expected: absent ? 'a field that the lines have' : this.wanted.map(([field]) => this.valuesOf(field)).join('; '),
    });
  }

  private valuesOf(field: string): string {
    const values = [...this.met.get(field)!];
    return `${field}: ${values.slice(0, SHOWN).join(', ')}${values.length > SHOWN ? ', ...' : ''}`;
  }
}
