/** One run as its page shows it: read again at every look, events and metrics only as far as they have grown. */
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { ignoreMissing } from '../../core/missing.js';
import { JsonlTail, type TailLook } from '../../core/jsonl-tail.js';
import { lockOwner } from '../../core/run-lock.js';
import { keptConfig, readSummary, type KeptSummary } from '../../report/index.js';
import { readProgress, runPaths, type MetricsRow, type RunPaths } from '../../runs/index.js';
import type { RunOverview } from './overview-schemas.js';
import { alertsOf, stagesOf, type RunEvent } from './run-stages.js';
import { statusOf } from './run-status.js';

/** Of what a resumed run printed, so much is shown. */
const LOG_BYTES = 4000;

/** Watches one run; for one caller. */
export class RunWatch {
  private readonly root: string;
  private readonly name: string;
  private readonly paths: RunPaths;
  private readonly eventsTail: JsonlTail<RunEvent>;
  private readonly rowsTail: JsonlTail<MetricsRow>;
  private events: RunEvent[] = [];
  private summary: { stamp: string; value: KeptSummary | undefined } | undefined;

  /** `from` is where the caller stands in the rows: the {@link position} of an earlier watch. */
  constructor(root: string, name: string, from?: string) {
    this.root = root;
    this.name = name;
    this.paths = runPaths(root);
    this.eventsTail = new JsonlTail(this.paths.events);
    this.rowsTail = new JsonlTail(this.paths.metrics, from);
  }

  get position(): string {
    return this.rowsTail.position;
  }

  /** Rows of metrics.jsonl since the last look. */
  newRows(): Promise<TailLook<MetricsRow>> {
    return this.rowsTail.look();
  }

  async overview(): Promise<RunOverview> {
    const { paths, name } = this;
    // The lock first: a run writes its last events before it gives it back.
    const owner = await lockOwner(paths.lock);
    const { values, anew } = await this.eventsTail.look();
    this.events = anew ? values : [...this.events, ...values];
    const { events } = this;
    const { arms } = keptConfig(await readFile(paths.config, 'utf8'));
    const status = statusOf({ owner, summary: await this.readSummary(), events, arms });
    const log = await lastOf(paths.log);
    const told = events.filter(({ kind }) => ['stage-finished', 'evaluated', 'warning'].includes(kind)).length;
    return {
      name,
      status,
      ...(owner && {
        process: {
          pid: owner.pid,
          host: owner.host,
          here: owner.host === hostname(),
          servesPages: owner.host === hostname() && owner.pid === process.pid,
        },
      }),
      ...(events.length > 0 && { changed: events.at(-1)?.time }),
      stages: stagesOf(events, arms, owner !== undefined),
      tasks: owner ? await readProgress(paths.progress) : [],
      alerts: alertsOf(events, status),
      ...(log !== undefined && { log }),
      report: `${told} ${this.summary?.stamp} ${status}`,
    };
  }

  private async readSummary(): Promise<KeptSummary | undefined> {
    const facts = await stat(this.paths.summary).catch(ignoreMissing);
    const stamp = facts ? `${facts.ino}-${facts.mtimeMs}` : '';
    if (this.summary?.stamp !== stamp) this.summary = { stamp, value: facts && (await readSummary(this.root)) };
    return this.summary.value;
  }
}

async function lastOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  return text?.slice(-LOG_BYTES);
}
