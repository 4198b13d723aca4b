/** What becomes of a batch of records: screened, freed of duplicates, made into traces, in the order they came. */
import type { RecordLine, Trace } from '../data/index.js';
import { makeTraces, type TraceMaking } from './make-trace.js';
import { duplicate, type Passed, type Screen } from './screen.js';
import type { Outcome } from './types.js';
import type { Refusal } from './verify-trace.js';

/**
 * One outcome a record, in order. Of twins the first that becomes a trace stays: a later one waits until the earlier has come
 * to something, and takes its place where it has not.
 */
export async function settleBatch(
  batch: readonly RecordLine[],
  screen: Screen,
  making: TraceMaking,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let waiting: { at: number; passed: Passed }[] = [];
  for (const [at, line] of batch.entries()) {
    const read = screen.read(line);
    if ('reason' in read) outcomes[at] = { rejected: read };
    else waiting.push({ at, passed: read });
  }
  while (waiting.length > 0) {
    const turn: { at: number; passed: Passed; entry: number }[] = [];
    const later: typeof waiting = [];
    const underWay = new Set<string>();
    for (const { at, passed } of waiting) {
      const { id } = passed.problem;
      const twins = screen.kept.findAll(passed.sketch);
      const kept = twins.find(({ of }) => !underWay.has(of));
      if (kept) {
        outcomes[at] = { rejected: duplicate(passed, kept) };
      } else if (twins.length > 0) {
        later.push({ at, passed });
      } else {
        turn.push({ at, passed, entry: screen.kept.add(id, passed.sketch) });
        underWay.add(id);
      }
    }
    const made = await makeTraces(
      turn.map(({ passed }) => passed.problem),
      making,
    );
    for (const [n, { at, passed, entry }] of turn.entries()) {
      const outcome = outcomeOf(made[n]!, passed);
      if ('rejected' in outcome) screen.kept.remove(entry);
      outcomes[at] = outcome;
    }
    waiting = later;
  }
  return outcomes;
}

function outcomeOf(made: Trace | Refusal, { problem, where }: Passed): Outcome {
  if (!('reason' in made)) return { kept: made };
  const { reason, detail } = made;
  return { rejected: { where, reason, detail, id: problem.id, question: problem.question } };
}
