/** Chooses one of the problems of a run. */
import { useState } from 'preact/hooks';
import type {
  ProblemList,
  ProblemsAnswer,
  RunRetrieverNames,
  ShownProblem,
} from '../../src/serve/runs/retrieval-schemas.js';
import { useAnswer } from '../shared/api.js';
import { Waiting } from '../shared/parts.js';

const LISTS: Record<ProblemList, string> = { test: 'test', train: 'training', labelled: 'training, with labels' };
const SHOWN = 8;

interface PickerProps {
  name: string;
  counts: RunRetrieverNames['problems'];
  onPick: (problem: ShownProblem) => void;
}

export function ProblemPicker({ name, counts, onPick }: PickerProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Choose one of the run's problems</summary>
      {open && <Choices name={name} counts={counts} onPick={onPick} />}
    </details>
  );
}

function Choices({ name, counts, onPick }: PickerProps) {
  const [set, setSet] = useState<ProblemList>('test');
  const [text, setText] = useState('');
  const [from, setFrom] = useState(0);
  const query = new URLSearchParams({ set, text, from: String(from), limit: String(SHOWN) }).toString();
  const { loaded, again } = useAnswer<ProblemsAnswer>(
    `v1/runs/${encodeURIComponent(name)}/retrieval/problems?${query}`,
  );
  return (
    <>
      <div class="bar">
        <label>
          Which
          <select
            value={set}
            onChange={(event) => {
              setSet(event.currentTarget.value as ProblemList);
              setFrom(0);
            }}
          >
            {(Object.keys(LISTS) as ProblemList[]).map((list) => (
              <option key={list} value={list}>
                {LISTS[list]} ({counts[list]})
              </option>
            ))}
          </select>
        </label>
        <label>
          With this in question or id
          <input
            type="search"
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setFrom(0);
            }}
          />
        </label>
      </div>
      <Waiting loaded={loaded} again={again}>
        {({ total, problems }) => (
          <>
            <ul class="plain">
              {problems.map((problem) => (
                <li key={problem.id}>
                  <button type="button" class="pick" onClick={() => onPick(problem)}>
                    <code>{problem.id}</code> {problem.question}
                  </button>
                </li>
              ))}
            </ul>
            <p class="note">
              {total === 0 ? 'No problem has this. ' : `${from + 1} to ${from + problems.length} of ${total} `}
              <button type="button" disabled={from === 0} onClick={() => setFrom(from - SHOWN)}>
                Before
              </button>{' '}
              <button type="button" disabled={from + SHOWN >= total} onClick={() => setFrom(from + SHOWN)}>
                After
              </button>
            </p>
          </>
        )}
      </Waiting>
    </>
  );
}
