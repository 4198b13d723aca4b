/** A task of a run under way: bar, count, rate, time left. */
import { duration } from '../../src/report/duration.js';
import type { RunTask } from '../../src/serve/runs/schemas.js';

export function TaskBar({ task }: { task: RunTask }) {
  const { label, total, done, note } = task;
  return (
    <div class="task">
      <p>
        <strong>{label}</strong> {factsOf(task).join(', ')}
        {note !== '' && <span class="note"> {note}</span>}
      </p>
      {total > 0 && <progress aria-label={label} max={total} value={Math.min(done, total)} />}
    </div>
  );
}

function factsOf({ unit, total, done, rate }: RunTask): string[] {
  const shown = (n: number) => n.toLocaleString(undefined, { maximumFractionDigits: 1 });
  const facts = [total > 0 ? `${shown(done)} of ${shown(total)} ${unit}` : `${shown(done)} ${unit}`];
  if (rate === null || rate <= 0) return facts;
  facts.push(rate >= 1 ? `${shown(rate)} ${unit} a second` : `${duration(1 / rate)} for one of the ${unit}`);
  if (total > done) facts.push(`${duration((total - done) / rate)} left`);
  return facts;
}
