/** Where else in a run a problem was sampled: other steps, other arms, evaluations. */
import { readLines } from '../../../core/lines.js';
import { shortResponse, shownGroup } from './groups.js';
import type { SameProblem } from './schemas.js';
import type { StepFile } from './step-files.js';

/** Bytes that are looked through at most. */
const MOST_BYTES = 512 * 2 ** 20;
const MOST_PLACES = 200;

/** Lines are made of JSON only where they hold the problem's id: most do not. */
export async function sameProblem(
  files: readonly StepFile[],
  problemId: string,
  mostBytes = MOST_BYTES,
): Promise<SameProblem> {
  // As it stands in a line, or in the name of a pair of problem and rank.
  const needles = [JSON.stringify(problemId), JSON.stringify(JSON.stringify(problemId)).slice(1, -1)];
  const places: SameProblem['places'] = [];
  let bytes = 0;
  for (const { arm, key, kind, step, path, bytes: own } of files) {
    if (bytes > 0 && bytes + own > mostBytes)
      return { places, stopped: `after ${Math.round(bytes / 2 ** 20)} MB, before ${key} of ${arm}` };
    bytes += own;
    let group = -1;
    for await (const line of readLines(path)) {
      if (!('bytes' in line) || line.bytes.length === 0) continue;
      group++;
      if (!needles.some((needle) => line.bytes.includes(needle))) continue;
      const found = parsed(line.bytes);
      const shown = found === undefined ? undefined : shownGroup(found, kind, group);
      if (shown?.problemId !== problemId) continue;
      if (places.length === MOST_PLACES) return { places, stopped: `after ${MOST_PLACES} places` };
      const { traceIds, signal, responses } = shown;
      places.push({
        arm,
        key,
        kind,
        step,
        group,
        traceIds: [...traceIds],
        signal,
        responses: responses.map(shortResponse),
      });
    }
  }
  return { places };
}

/** Undefined for a last line that is still being written. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
