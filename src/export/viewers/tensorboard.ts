/** A run as TensorBoard reads it: a folder of event files for each arm, with numbers by step and some answers as text. */
import { eventFile, type EventRecord } from './event-file.js';
import type { LoggedAnswer, LoggedArm } from './run-log.js';

/** Answers of an evaluation and split that are shown as text: TensorBoard is for curves. */
const SHOWN = 3;

/** Files by their paths in the folder. */
export function tensorboardFiles(arms: readonly LoggedArm[], { config }: { config: string }): Map<string, Buffer> {
  return new Map(
    arms.map((arm) => {
      const events = eventsOf(arm, config);
      const seconds = String(Math.trunc(events[0]?.time ?? 0)).padStart(10, '0');
      return [`${arm.name}/events.out.tfevents.${seconds}.ra-rft`, eventFile(events)];
    }),
  );
}

function eventsOf({ steps, evaluations }: LoggedArm, config: string): EventRecord[] {
  const numbers = steps.map(({ step, time, values }) => ({
    step,
    time,
    values: Object.entries(values).map(([tag, number]) => ({ tag, number })),
  }));
  const texts = evaluations.flatMap(({ step, time, answers }) => {
    const splits = [...new Set(answers.map(({ split }) => split))];
    return splits.map((split) => {
      const shown = answers.filter((one) => one.split === split && one.sample === 0).slice(0, SHOWN);
      return {
        step,
        time,
        values: [{ tag: `eval/${split}/answers`, text: shown.map(answerText).join('\n\n---\n\n') }],
      };
    });
  });
  const [first] = numbers;
  const head = { step: 0, time: first?.time ?? 0, values: [{ tag: 'config.yaml', text: indented(config) }] };
  return [head, ...[...numbers, ...texts].toSorted((a, b) => a.step - b.step)];
}

function answerText({ problemId, question, gold, traces, text, outcome, rule }: LoggedAnswer): string {
  const parts = [
    [`Problem ${problemId}`, question],
    ...traces.map((trace) => [`Trace ${trace.id}`, `${trace.question}\n\n${trace.trace}`]),
    [`Answer: ${outcome} (${rule}), gold ${gold}`, text],
  ];
  return parts.map(([title, body]) => `${indented(title!)}\n\n${indented(body!)}`).join('\n\n');
}

/** Four spaces: to Markdown the text is a text, whatever it holds. */
function indented(text: string): string {
  return text.replace(/^/gm, '    ');
}
