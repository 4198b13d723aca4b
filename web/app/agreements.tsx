/** How far judges agree, in a table. */
import { auditGlossary } from '../../src/judge/agreement.js';
import type { AgreementLine } from '../../src/serve/runs/label-schemas.js';
import { Wide } from '../shared/wide.js';

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function Agreements({ lines, none }: { lines: readonly AgreementLine[]; none: string }) {
  if (lines.length === 0) return <p class="note">{none}</p>;
  return (
    <Wide name="Agreement">
      <table>
        <thead>
          <tr>
            <th>judge</th>
            <th>with</th>
            <th class="number">pairs</th>
            <th class="number" title={auditGlossary.agreement}>
              agreement
            </th>
            <th title={auditGlossary.kappa}>kappa (95 % interval)</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ a, b, pairs, agreement, kappa, kappaCi95 }) => (
            <tr key={`${a} ${b}`}>
              <td>{a}</td>
              <td>{b}</td>
              <td class="number">{pairs}</td>
              <td class="number">{agreement === null ? 'no pair' : percent(agreement)}</td>
              <td>
                {kappa === null ? 'undefined: one says one thing only' : kappa.toFixed(2)}
                {kappaCi95 && ` (${kappaCi95.map((x) => x.toFixed(2)).join(' to ')})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
