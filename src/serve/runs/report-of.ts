/** The report of a run as data, made again only when the run has something new. */
import { buildReport, readRunData, type Report } from '../../report/index.js';
import { RunWatch } from './run-watch.js';

/** Reports kept: a person looks at one or two runs at a time. */
const KEPT = 3;

/** Gives the report of a run folder; callers that come together wait for the same one. */
export class ReportsOf {
  private readonly kept = new Map<string, { stamp: string; report: Promise<Report> }>();

  async report(root: string, name: string): Promise<Report> {
    const { report: stamp } = await new RunWatch(root, name).overview();
    const before = this.kept.get(root);
    if (before?.stamp === stamp) return before.report;
    const report = readRunData(root).then(buildReport);
    this.kept.delete(root);
    this.kept.set(root, { stamp, report });
    report.catch(() => this.kept.delete(root));
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    return report;
  }
}
