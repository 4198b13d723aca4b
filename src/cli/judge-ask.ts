/** Puts the pairs of an audit to a person, one after the other, without what the judges said. */
import type { AuditItem } from '../judge/index.js';

export interface AskOptions {
  /** What the person types. */
  lines: AsyncIterable<string>;
  out: (text: string) => void;
  /** Called with each answered item before the next is shown. */
  keep: (item: AuditItem) => Promise<void>;
}

const CHOICES = 'Would the reference help to reason about the target? y(es), n(o), s(kip), q(uit)';

/** Ends when all are answered, at `q`, or at the end of the input. Returns how many were answered. */
export async function askPerson(items: readonly AuditItem[], { lines, out, keep }: AskOptions): Promise<number> {
  let at = 0;
  let answered = 0;
  const show = () => {
    const item = items[at];
    if (item) out(`${itemText(item, at + 1, items.length)}\n\n${CHOICES}`);
    return item;
  };
  if (!show()) return 0;
  for await (const line of lines) {
    const item = items[at] as AuditItem;
    const said = line.trim().toLowerCase();
    if (said.startsWith('q')) break;
    const known = /^(y|yes|n|no|s|skip)$/.test(said);
    if (!known) {
      out(CHOICES);
      continue;
    }
    if (!said.startsWith('s')) {
      await keep({ ...item, relevant: said.startsWith('y') });
      answered++;
    }
    at++;
    if (!show()) break;
  }
  out(`${answered} of ${items.length} pairs answered`);
  return answered;
}

function itemText(item: AuditItem, number: number, of: number): string {
  const parts = [
    `== pair ${number} of ${of}`,
    `TARGET\n${item.problem}`,
    `ITS SOLUTION\n${item.solution}`,
    `REFERENCE\n${item.reference}`,
    `ITS SOLUTION\n${item.referenceSolution}`,
  ];
  return `\n${parts.join('\n\n')}`;
}
