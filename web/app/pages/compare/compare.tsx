/** Two arms, of one run or of two, paired by problem. */
import type { ComparisonAnswer } from '../../../../src/serve/runs/compare/schemas.js';
import type { RunList } from '../../../../src/serve/runs/schemas.js';
import { useAnswer } from '../../../shared/api.js';
import { Empty, OptionBeside, Page, Waiting } from '../../../shared/parts.js';
import { linkTo } from '../../../shared/route.js';
import { Wide } from '../../../shared/wide.js';
import { apiPath, pageOf, Pager } from '../../rollout-parts.js';
import { RunNav } from '../../run-nav.js';
import { ComparedProblem } from './problem.js';

/** What is asked, as it stands in the address. */
const FIELDS = ['a', 'b', 'stepA', 'stepB', 'split', 'order', 'problem'] as const;
export type Asked = Partial<Record<(typeof FIELDS)[number], string>>;
export type Address = (more: Asked & { page?: number | undefined }) => string;

export function ComparePage({ query }: { query: URLSearchParams }) {
  const asked: Asked = Object.fromEntries(FIELDS.flatMap((key) => (query.get(key) ? [[key, query.get(key)]] : [])));
  const { loaded, again } = useAnswer<RunList>('v1/runs');
  const to: Address = (more) => linkTo(['compare'], { ...asked, ...more });
  const [run] = splitName(asked.a);
  return (
    <Page title="Compare two arms">
      {run !== undefined && <RunNav name={run} current="Compare" />}
      <Waiting loaded={loaded} again={again}>
        {({ runs }) => (
          <>
            <Choice key={JSON.stringify(asked)} runs={runs} asked={asked} to={to} />
            {isWhole(asked.a) && isWhole(asked.b) ? (
              asked.problem === undefined ? (
                <Comparison asked={asked} page={pageOf(query)} to={to} />
              ) : (
                <ComparedProblem asked={asked} to={to} />
              )
            ) : (
              <Empty>Choose two arms that were evaluated on the same test problems.</Empty>
            )}
          </>
        )}
      </Waiting>
    </Page>
  );
}

const isWhole = (name: string | undefined) => /^.+:[^:]+$/.test(name ?? '');

/** Run and arm; the arm is missing where the address names a run alone. */
function splitName(name: string | undefined): [string | undefined, string | undefined] {
  if (name === undefined || !isWhole(name)) return [name, undefined];
  const at = name.lastIndexOf(':');
  return [name.slice(0, at), name.slice(at + 1)];
}

function Choice({ runs, asked, to }: { runs: RunList['runs']; asked: Asked; to: Address }) {
  const [runA] = splitName(asked.a);
  const choose = (side: 'a' | 'b', value: string) => {
    const step = side === 'a' ? 'stepA' : 'stepB';
    location.hash = to({ [side]: value, [step]: undefined, problem: undefined, page: undefined });
  };
  return (
    <div class="bar">
      {(['a', 'b'] as const).map((side) => (
        <label key={side}>
          {side === 'a' ? 'Arm a' : 'Arm b, which it is compared with'}
          <select
            value={isWhole(asked[side]) ? asked[side] : ''}
            onChange={(event) => choose(side, event.currentTarget.value)}
          >
            <option value="">choose</option>
            <OptionBeside
              value={isWhole(asked[side]) ? asked[side] : undefined}
              among={runs.flatMap((run) => run.arms.map((arm) => `${run.name}:${arm}`))}
            />
            {/* The run that one comes from stands first. */}
            {runs
              .toSorted((x, y) => Number(y.name === runA) - Number(x.name === runA))
              .map((run) => (
                <optgroup key={run.name} label={run.name}>
                  {run.arms.map((arm) => (
                    <option key={arm} value={`${run.name}:${arm}`}>
                      {run.name}: {arm}
                    </option>
                  ))}
                </optgroup>
              ))}
          </select>
        </label>
      ))}
      {isWhole(asked.a) && isWhole(asked.b) && (
        <a href={to({ a: asked.b, b: asked.a, stepA: asked.stepB, stepB: asked.stepA, page: undefined })}>
          Change places
        </a>
      )}
    </div>
  );
}

function Comparison({ asked, page, to }: { asked: Asked; page: number; to: Address }) {
  const { problem: _, ...rest } = asked;
  const { loaded, again } = useAnswer<ComparisonAnswer>(apiPath(['compare'], { ...rest, page }));
  return (
    <Waiting loaded={loaded} again={again}>
      {(answer) => <Shown answer={answer} asked={asked} to={to} />}
    </Waiting>
  );
}

function Shown({ answer, asked, to }: { answer: ComparisonAnswer; asked: Asked; to: Address }) {
  const { a, b, better, problems, page, pages } = answer;
  const bFirst = asked.order === 'b-first';
  return (
    <>
      <div class="bar">
        <StepChoice side={a} name="a" choose={(step) => to({ stepA: step, page: undefined })} />
        <StepChoice side={b} name="b" choose={(step) => to({ stepB: step, page: undefined })} />
      </div>
      <Splits answer={answer} asked={asked} to={to} />
      <h2>Problem by problem</h2>
      <p>
        a is better on {better.a}, b on {better.b}, and they are the same on {better.same}.
      </p>
      <nav class="pills" aria-label="Order">
        <a href={to({ order: undefined, page: undefined })} aria-current={bFirst ? undefined : 'true'}>
          a better first
        </a>
        <a href={to({ order: 'b-first', page: undefined })} aria-current={bFirst ? 'true' : undefined}>
          b better first
        </a>
      </nav>
      {problems.length === 0 ? (
        <Empty>No problem has all its samples judged in both arms.</Empty>
      ) : (
        <Wide name="Problems">
          <table>
            <thead>
              <tr>
                <th class="number">a</th>
                <th class="number">b</th>
                <th class="number">a - b</th>
                <th>split</th>
                <th>problem</th>
              </tr>
            </thead>
            <tbody>
              {problems.map((one) => (
                <tr key={one.problemId}>
                  <td class="number">{one.a.toFixed(2)}</td>
                  <td class="number">{one.b.toFixed(2)}</td>
                  <td class={`number ${one.difference > 0 ? 'right-text' : one.difference < 0 ? 'wrong-text' : ''}`}>
                    {one.difference > 0 ? '+' : ''}
                    {one.difference.toFixed(2)}
                  </td>
                  <td>{one.split}</td>
                  <td class="problem">
                    <a href={to({ problem: one.problemId })}>{one.question === '' ? one.problemId : one.question}</a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <Pager page={page} pages={pages} address={(at) => to({ page: at })} />
    </>
  );
}

function StepChoice({
  side,
  name,
  choose,
}: {
  side: ComparisonAnswer['a'];
  name: string;
  choose: (step: string) => string;
}) {
  return (
    <label>
      Evaluation of {name}, at step
      <select value={String(side.step)} onChange={(event) => (location.hash = choose(event.currentTarget.value))}>
        {side.steps.map((step) => (
          <option key={step}>{step}</option>
        ))}
      </select>
    </label>
  );
}

const percent = (share: number | undefined) => (share === undefined ? '' : (100 * share).toFixed(1));
const points = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;

function Splits({
  answer: { a, b, splits, k, meaning },
  asked,
  to,
}: {
  answer: ComparisonAnswer;
  asked: Asked;
  to: Address;
}) {
  return (
    <>
      <Wide name="Splits">
        <table>
          <caption>average@{k} in per cent, and the difference in points with its 95 % interval</caption>
          <thead>
            <tr>
              <th>split</th>
              <th class="number">
                a: {a.run} {a.arm}
              </th>
              <th class="number">
                b: {b.run} {b.arm}
              </th>
              <th class="number">a - b</th>
              <th class="number">problems</th>
              <th class="number">left out</th>
              <th>shown below</th>
            </tr>
          </thead>
          <tbody>
            {splits.map((one) => (
              <tr key={one.split}>
                <td>{one.split}</td>
                <td class="number">{percent(one.a)}</td>
                <td class="number">{percent(one.b)}</td>
                <td class="number">
                  {one.difference === undefined || one.ci95 === undefined
                    ? 'nothing to compare'
                    : `${points(one.difference)} [${one.ci95.map(points).join(', ')}]`}
                </td>
                <td class="number">{one.n}</td>
                <td class="number">{one.leftOut}</td>
                <td>
                  {splits.length === 1 ? (
                    'all'
                  ) : (
                    <a
                      href={to({ split: asked.split === one.split ? undefined : one.split, page: undefined })}
                      aria-current={asked.split === one.split ? 'true' : undefined}
                    >
                      {asked.split === one.split ? `only ${one.split}: show all` : `only ${one.split}`}
                    </a>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <p class="note">{meaning}</p>
    </>
  );
}
