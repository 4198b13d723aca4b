/** The stages of a run with their times. */
import { duration } from '../../../../src/report/duration.js';
import type { RunStage } from '../../../../src/serve/runs/overview-schemas.js';
import { Time } from '../../../shared/parts.js';
import { Wide } from '../../../shared/wide.js';

export function Stages({ stages }: { stages: readonly RunStage[] }) {
  if (stages.length === 0) return null;
  return (
    <section aria-label="Stages">
      <h2>Stages</h2>
      <Wide name="stages and their times">
        <table>
          <thead>
            <tr>
              <th scope="col">stage</th>
              <th scope="col">state</th>
              <th scope="col">began</th>
              <th scope="col" class="number">
                took
              </th>
            </tr>
          </thead>
          <tbody>
            {stages.map(({ stage, state, started, seconds }) => (
              <tr key={stage}>
                <td>{stage}</td>
                <td>{state}</td>
                <td>{started !== undefined && <Time at={started} />}</td>
                <td class="number">{seconds === undefined ? '' : duration(seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}
