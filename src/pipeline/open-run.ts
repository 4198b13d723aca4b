/** The folder of a run under a configuration. */
import { configToYaml, withDefaults, type Config } from '../config/index.js';
import { RunFolder } from '../runs/run-folder.js';

/** Makes the run folder `root`, or goes on with it; see `RunFolder.open`. */
export function openRun(root: string, config: Config): Promise<RunFolder> {
  return RunFolder.open(root, {
    values: config,
    yaml: configToYaml(config),
    complete: withDefaults,
  });
}
