/** All runs of the folder. */
import type { RunLine, RunList } from '../../../src/serve/runs/schemas.js';
import { usePolled } from '../../shared/api.js';
import { Empty, Page, Time, Waiting } from '../../shared/parts.js';
import { linkTo } from '../../shared/route.js';
import { Wide } from '../../shared/wide.js';
import { TaskBar } from '../task-bar.js';

/** How often the list is read again. */
const LOOK_MS = 3000;

export function RunsPage() {
  const { loaded, again } = usePolled<RunList>('v1/runs', LOOK_MS);
  return (
    <Page title="Runs">
      <Waiting loaded={loaded} again={again}>
        {(list) => <Runs list={list} />}
      </Waiting>
    </Page>
  );
}

function Runs({ list: { folder, runs, unreadable } }: { list: RunList }) {
  if (runs.length === 0 && unreadable.length === 0) {
    return (
      <Empty>
        No run is in <code>{folder}</code> yet. <code>npx ra-rft run --quick</code> makes one in a minute.
      </Empty>
    );
  }
  return (
    <>
      <Wide name="runs">
        <table>
          <thead>
            <tr>
              <th>run</th>
              <th>status</th>
              <th>stage and progress</th>
              <th>changed</th>
              <th>arms</th>
              <th class="number">warnings</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row key={run.name} run={run} />
            ))}
          </tbody>
        </table>
      </Wide>
      {unreadable.map(({ name, why }) => (
        <p key={name} class="notice wrong">
          <code>{name}</code> cannot be read: {why}
        </p>
      ))}
    </>
  );
}

function Row({ run }: { run: RunLine }) {
  return (
    <tr>
      <td>
        <a href={linkTo(['runs', run.name])}>{run.name}</a>
      </td>
      <td>
        <span class={`status ${run.status}`}>{run.status}</span>
      </td>
      <td class="doing">
        {run.stage}
        {run.tasks.slice(-1).map((task) => (
          <TaskBar key={task.label} task={task} />
        ))}
      </td>
      <td>{run.changed !== undefined && <Time at={run.changed} />}</td>
      <td>{run.arms.join(', ')}</td>
      <td class="number">{run.warnings === 0 ? '' : run.warnings}</td>
    </tr>
  );
}
