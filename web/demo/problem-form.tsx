/** The problem: picked, drawn anew, or written. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../src/data/types.js';
import type { Asked } from '../../src/export/demo/models.js';
import type { DrawnKind } from '../../src/export/demo/world.js';
import type { Reading } from './worker.js';

export interface ProblemFormProps {
  problems: readonly Problem[];
  kinds: readonly DrawnKind[];
  busy: boolean;
  draw: (kind: DrawnKind, n: number) => Promise<Problem>;
  read: (question: string) => Promise<Reading>;
  ask: (asked: Asked) => void;
}

const kindNames: Record<DrawnKind, string> = {
  unseen: 'a house rule that training never showed',
  seen: 'a house rule of the training',
  textbook: 'a textbook rule',
  plain: 'plain words',
};

export function ProblemForm({ problems, kinds, busy, draw, read, ask }: ProblemFormProps) {
  const [id, setId] = useState(problems[0]?.id ?? '');
  const [question, setQuestion] = useState(problems[0]?.question ?? '');
  const [kind, setKind] = useState<DrawnKind>(kinds[0] ?? 'plain');
  const [reading, setReading] = useState<Reading>();
  const drawn = useRef(0);

  useEffect(() => {
    let isLast = true;
    void read(question).then((found) => isLast && setReading(found));
    return () => {
      isLast = false;
    };
  }, [question]);

  const show = (problem: Problem) => {
    setId(problem.id);
    setQuestion(problem.question);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const { answer } = await read(question);
    ask({ id, question, ...(answer !== undefined && { answer }) });
  };
  const splits = [...new Set(problems.map(({ split = '' }) => split))];

  return (
    <section aria-labelledby="problem-heading">
      <h2 id="problem-heading">A problem</h2>
      <form onSubmit={(event) => void submit(event)}>
        <div class="columns">
          <label>
            Test problems of the run
            <select
              value={problems.some((problem) => problem.id === id) ? id : ''}
              onChange={({ currentTarget }) => show(problems.find((problem) => problem.id === currentTarget.value)!)}
            >
              <option value="" disabled>
                pick one
              </option>
              {splits.map((split) => (
                <optgroup key={split} label={split || 'test'}>
                  {problems
                    .filter((problem) => (problem.split ?? '') === split)
                    .map((problem) => (
                      <option key={problem.id} value={problem.id}>
                        {shortened(problem.question)}
                      </option>
                    ))}
                </optgroup>
              ))}
            </select>
          </label>
          {kinds.length > 0 && (
            <div class="draw">
              <label>
                New ones by
                <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as DrawnKind)}>
                  {kinds.map((one) => (
                    <option key={one} value={one}>
                      {kindNames[one]}
                    </option>
                  ))}
                </select>
              </label>
              <button type="button" disabled={busy} onClick={() => void draw(kind, ++drawn.current).then(show)}>
                Draw one
              </button>
            </div>
          )}
        </div>
        <label>
          The problem, to be changed as you like
          <textarea rows={3} value={question} onInput={({ currentTarget }) => setQuestion(currentTarget.value)} />
        </label>
        <p class="note reading" role="status">
          {reading && <ReadingText reading={reading} />}
        </p>
        <button type="submit" class="main" disabled={busy || question.trim() === ''}>
          Find a trace and answer
        </button>
      </form>
    </section>
  );
}

function ReadingText({ reading: { answer, unknown } }: { reading: Reading }) {
  return (
    <>
      {answer === undefined
        ? 'Its answer is not known here, so responses get no verdict.'
        : `The right answer is ${answer}; the model is not told.`}
      {unknown.length > 0 && ` The model has no token for: ${unknown.join(' ')}.`}
    </>
  );
}

function shortened(text: string): string {
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}
