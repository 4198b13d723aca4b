/** The steps of a run: one arm's step with its metrics and comparisons. */
import type { StepAnswer, StepGroup, StepList, ShownSignal } from '../../../../src/serve/runs/rollouts/schemas.js';
import { useAnswer } from '../../../shared/api.js';
import { useKeys } from '../../../shared/keys.js';
import { Empty, OptionBeside, Page, Waiting } from '../../../shared/parts.js';
import { linkTo } from '../../../shared/route.js';
import { Wide } from '../../../shared/wide.js';
import { apiPath, pageOf, Pager, Responses, SignalMark, SIGNALS } from '../../rollout-parts.js';
import { RunNav } from '../../run-nav.js';

type Arm = StepList['arms'][number];

const TITLES = {
  training: 'training steps',
  evaluation: 'evaluations',
  greedy: 'greedy evaluations',
  contexts: 'evaluations trace by trace',
} as const;

export interface StepsAddress {
  name: string;
  arm: string | undefined;
  step: string | undefined;
  query: URLSearchParams;
}

export function StepsPage(address: StepsAddress) {
  const { name } = address;
  const { loaded, again } = useAnswer<StepList>(apiPath(['runs', name, 'steps']));
  return (
    <Page title={`Steps of ${name}`}>
      <RunNav name={name} current="Steps" />
      <Waiting loaded={loaded} again={again}>
        {({ arms }) => (arms.length === 0 ? <NoSteps /> : <Steps {...address} arms={arms} />)}
      </Waiting>
    </Page>
  );
}

function NoSteps() {
  return (
    <Empty>
      This run has no rollouts and no evaluations yet. They come when the training of its first arm has begun.
    </Empty>
  );
}

function Steps({ name, arm: asked, step: askedStep, query, arms }: StepsAddress & { arms: Arm[] }) {
  const arm = arms.find((one) => one.arm === asked) ?? arms[0]!;
  const ofTraining = arm.steps.filter(({ kind }) => kind === 'training');
  const key = askedStep ?? (ofTraining.at(-1) ?? arm.steps.at(-1))!.key;
  const at = arm.steps.findIndex((one) => one.key === key);
  const to = (step: string | undefined) =>
    step === undefined ? undefined : linkTo(['runs', name, 'steps', arm.arm, step]);
  const [previous, next] = [to(arm.steps[at - 1]?.key), to(arm.steps[at + 1]?.key)];
  useKeys({ j: next, k: previous });
  if (asked !== undefined && arm.arm !== asked)
    return <Empty>There is no arm {asked} with rollouts in this run.</Empty>;
  return (
    <>
      <div class="bar">
        <label>
          Arm
          <select
            value={arm.arm}
            onChange={(event) => (location.hash = linkTo(['runs', name, 'steps', event.currentTarget.value]))}
          >
            {arms.map((one) => (
              <option key={one.arm}>{one.arm}</option>
            ))}
          </select>
        </label>
        <label>
          Step
          <select value={key} onChange={(event) => (location.hash = to(event.currentTarget.value) as string)}>
            <OptionBeside value={key} among={arm.steps.map((one) => one.key)} />
            {Object.entries(TITLES).map(([kind, title]) => {
              const own = arm.steps.filter((one) => one.kind === kind);
              return (
                own.length > 0 && (
                  <optgroup key={kind} label={title}>
                    {own.map((one) => (
                      <option key={one.key} value={one.key}>
                        {one.key}
                      </option>
                    ))}
                  </optgroup>
                )
              );
            })}
          </select>
        </label>
        {previous !== undefined && <a href={previous}>Previous step (k)</a>}
        {next !== undefined && <a href={next}>Next step (j)</a>}
        <a href={linkTo(['runs', name, 'rollouts', arm.arm], { step: key })}>Find rollouts</a>
      </div>
      <OneStep name={name} arm={arm.arm} step={key} query={query} />
    </>
  );
}

function OneStep({ name, arm, step, query }: { name: string; arm: string; step: string; query: URLSearchParams }) {
  const signal = query.get('signal') ?? undefined;
  const path = apiPath(['runs', name, 'steps', arm, step], { signal, page: pageOf(query) });
  const { loaded, again } = useAnswer<StepAnswer>(path);
  return (
    <Waiting loaded={loaded} again={again}>
      {(answer) => <StepShown name={name} answer={answer} signal={signal} />}
    </Waiting>
  );
}

function StepShown({ name, answer, signal }: { name: string; answer: StepAnswer; signal: string | undefined }) {
  const { arm, key, kind, step, metrics, signals, matched, groups, page, pages } = answer;
  const to = (own: string | undefined, at?: number) =>
    linkTo(['runs', name, 'steps', arm, key], { signal: own, page: at === 0 ? undefined : at });
  return (
    <>
      <h2>
        {arm}: {kind === 'training' ? `step ${step}` : `${TITLES[kind].replace(/s( |$)/, '$1')} at step ${step}`}
      </h2>
      {metrics.length > 0 && <Metrics metrics={metrics} open={kind !== 'training'} />}
      <nav class="pills" aria-label="Comparisons">
        <a href={to(undefined)} aria-current={signal === undefined ? 'true' : undefined}>
          all {Object.values(signals).reduce((a, b) => a + b, 0)}
        </a>
        {(Object.keys(SIGNALS) as ShownSignal[]).map((own) => (
          <a key={own} href={to(own)} aria-current={signal === own ? 'true' : undefined} title={SIGNALS[own]}>
            {own} {signals[own]}
          </a>
        ))}
      </nav>
      {matched === 0 ? (
        <Empty>No comparison of this step is {signal ?? 'there yet'}.</Empty>
      ) : (
        <Groups name={name} arm={arm} step={key} groups={groups} />
      )}
      <Pager page={page} pages={pages} address={(at) => to(signal, at)} />
    </>
  );
}

function Metrics({ metrics, open }: { metrics: StepAnswer['metrics']; open: boolean }) {
  return (
    <details open={open}>
      <summary>{metrics.length} metrics</summary>
      <Wide name="Metrics">
        <table>
          <tbody>
            {metrics.map(({ name, value, meaning }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{value}</td>
                <td class="note">{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </details>
  );
}

function Groups({ name, arm, step, groups }: { name: string; arm: string; step: string; groups: StepGroup[] }) {
  const several = groups.some((one, at) => groups[at + 1]?.comparison === one.comparison);
  return (
    <Wide name="Comparisons">
      <table class="groups">
        <thead>
          <tr>
            <th class="number">group</th>
            <th>signal</th>
            <th>problem</th>
            <th>responses: right or wrong, advantage</th>
            <th>traces</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((one) => (
            <tr key={one.group}>
              <td class="number">{one.group}</td>
              <td>
                <SignalMark signal={one.signal} />
                {one.replaced && <p class="note">first try, replaced</p>}
                {several && <p class="note">comparison {one.comparison}</p>}
              </td>
              <td class="problem">
                {one.question ?? <em>not in the data any more</em>}
                <span class="note">
                  {' '}
                  <code>{one.problemId}</code>
                  {one.rank !== undefined && `, trace of rank ${one.rank}`}
                </span>
              </td>
              <td>
                {one.failed === undefined ? (
                  <Responses place={{ run: name, arm, step, group: one.group }} responses={one.responses} />
                ) : (
                  <span class="wrong-text">not sampled: {one.failed}</span>
                )}
              </td>
              <td>
                {one.hinted && 'hint '}
                {one.traceIds.map((id) => (
                  <a
                    key={id}
                    class="id"
                    title="Rollouts that show this trace"
                    href={linkTo(['runs', name, 'rollouts', arm], { step, trace: id })}
                  >
                    {id}
                  </a>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
