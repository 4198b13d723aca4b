/** How far a run is with what it is at. */
import type { RunTask } from '../../../../src/serve/runs/schemas.js';
import { TaskBar } from '../../task-bar.js';

export function Tasks({ tasks }: { tasks: readonly RunTask[] }) {
  return (
    <section aria-label="At work">
      <h2>At work</h2>
      {tasks.length === 0 && <p class="note">Between two tasks, or opening what it needs.</p>}
      {tasks.map((task, t) => (
        <TaskBar key={`${task.label} ${t}`} task={task} />
      ))}
    </section>
  );
}
