/** A table of a report. */
import type { ReportTable } from '../../src/report/blocks.js';
import { Wide } from './wide.js';

/** `label` names the part that scrolls where the table has no note. */
export function Table({
  table: { columns, rows },
  note,
  label,
}: {
  table: ReportTable;
  note?: string;
  label?: string;
}) {
  return (
    <Wide name={label ?? note ?? columns[0]?.label ?? 'table'}>
      <table>
        {note !== undefined && <caption>{note}</caption>}
        <thead>
          <tr>
            {columns.map(({ label, numeric }, i) => (
              <th key={i} scope="col" class={numeric ? 'number' : undefined}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {row.map((text, i) => (
                <td key={i} class={columns[i]?.numeric ? 'number' : undefined}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
