/** Rollouts that are looked for, in one step or in all training steps of an arm. What is asked stands in the address. */
import { useState } from 'preact/hooks';
import type { RolloutList, RolloutRow, StepList } from '../../../../src/serve/runs/rollouts/schemas.js';
import { outcomes } from '../../../../src/verify/types.js';
import { useAnswer } from '../../../shared/api.js';
import { Empty, Failure, OptionBeside, Page, Waiting } from '../../../shared/parts.js';
import { linkTo } from '../../../shared/route.js';
import { Wide } from '../../../shared/wide.js';
import { apiPath, Outcome, pageOf, Pager, rolloutAddress, signed } from '../../rollout-parts.js';
import { RunNav } from '../../run-nav.js';

/** What may be asked, as it stands in the address. */
const FIELDS = ['step', 'from', 'outcome', 'rule', 'minTokens', 'maxTokens', 'trace', 'text'] as const;
type Asked = Partial<Record<(typeof FIELDS)[number], string>>;

export function FindPage({ name, arm, query }: { name: string; arm: string; query: URLSearchParams }) {
  const asked: Asked = Object.fromEntries(FIELDS.flatMap((key) => (query.get(key) ? [[key, query.get(key)]] : [])));
  const page = pageOf(query);
  const { loaded, again } = useAnswer<RolloutList>(apiPath(['runs', name, 'rollouts', arm], { ...asked, page }));
  const to = (more: Asked & { page?: number | undefined }, ofArm = arm) =>
    linkTo(['runs', name, 'rollouts', ofArm], { ...asked, ...more });
  const rules = loaded.state === 'there' ? loaded.value.rules : [];
  const steps = useAnswer<StepList>(apiPath(['runs', name, 'steps']));
  const arms = steps.loaded.state === 'there' ? steps.loaded.value.arms : [{ arm, steps: [] }];
  return (
    <Page title={`Rollouts of ${name}`}>
      <RunNav name={name} current="Steps" />
      <Filters key={JSON.stringify([arm, asked])} {...{ name, arm, asked, arms, rules, to }} />
      {loaded.state === 'there' && steps.loaded.state === 'failed' && (
        <Failure failure={steps.loaded.failure} again={steps.again} />
      )}
      <Waiting loaded={loaded} again={again}>
        {(list) => <Found {...{ name, arm, list, asked, to }} />}
      </Waiting>
    </Page>
  );
}

type Address = (more: Asked & { page?: number | undefined }, arm?: string) => string;

function Filters({
  name,
  arm,
  asked,
  arms,
  rules,
  to,
}: {
  name: string;
  arm: string;
  asked: Asked;
  arms: StepList['arms'];
  rules: string[];
  to: Address;
}) {
  const [values, setValues] = useState<Asked & { arm?: string }>({ ...asked, arm });
  const steps = arms.find((one) => one.arm === values.arm)?.steps ?? [];
  const submit = () => {
    const more = Object.fromEntries(FIELDS.map((key) => [key, values[key]?.trim() || undefined]));
    location.hash = to({ ...more, page: undefined }, values.arm);
  };
  // What is written stays when lists of choices come later.
  const field = (key: (typeof FIELDS)[number] | 'arm') => ({
    value: values[key] ?? '',
    onInput: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [key]: value }));
    },
  });
  return (
    <form class="bar" onSubmit={(event) => (event.preventDefault(), submit())}>
      <label>
        Arm
        <select {...field('arm')}>
          <OptionBeside value={values.arm} among={arms.map((one) => one.arm)} />
          {arms.map((one) => (
            <option key={one.arm}>{one.arm}</option>
          ))}
        </select>
      </label>
      <label>
        Step
        <select {...field('step')}>
          <option value="">all training steps</option>
          <OptionBeside value={values.step} among={steps.map(({ key }) => key)} />
          {steps.map(({ key }) => (
            <option key={key}>{key}</option>
          ))}
        </select>
      </label>
      <label>
        Verdict
        <select {...field('outcome')}>
          <option value="">any</option>
          <OptionBeside value={values.outcome} among={outcomes} />
          {outcomes.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        Rule
        <input list="rules" size={14} {...field('rule')} />
        <datalist id="rules">
          {rules.map((rule) => (
            <option key={rule} value={rule} />
          ))}
        </datalist>
      </label>
      <label>
        Tokens, at least
        <input type="number" min={0} class="short" {...field('minTokens')} />
      </label>
      <label>
        at most
        <input type="number" min={0} class="short" {...field('maxTokens')} />
      </label>
      <label>
        Trace id
        <input size={14} {...field('trace')} />
      </label>
      <label>
        In the problem or the response
        <input type="search" size={24} {...field('text')} />
      </label>
      <button type="submit">Find</button>
      <a href={linkTo(['runs', name, 'rollouts', arm])}>Clear</a>
    </form>
  );
}

function Found({
  name,
  arm,
  list,
  asked,
  to,
}: {
  name: string;
  arm: string;
  list: RolloutList;
  asked: Asked;
  to: Address;
}) {
  const { matched, looked, outcomes: counts, steps, next, rows, page, pages } = list;
  const where =
    steps === undefined
      ? ''
      : steps.first === steps.last
        ? ` in ${stepText(steps.first)}`
        : ` in steps ${steps.first} to ${steps.last}`;
  return (
    <>
      <p role="status">
        <strong>
          {matched.toLocaleString()} of {looked.toLocaleString()} rollouts match
        </strong>
        {where}
        {counts.length > 0 &&
          `: ${counts.map(({ outcome, count }) => `${count.toLocaleString()} ${outcome}`).join(', ')}`}
        .
      </p>
      {next !== undefined && (
        <p class="notice">
          The search stopped before step {next}: it reads so much at a time and no more.{' '}
          <a href={to({ from: String(next), page: undefined })}>Search on from step {next}</a>
        </p>
      )}
      {asked.from !== undefined && (
        <p>
          Steps before {asked.from} are not in it. <a href={to({ from: undefined, page: undefined })}>Search all</a>
        </p>
      )}
      {rows.length === 0 ? (
        <Empty>No rollout is like this.</Empty>
      ) : (
        <Wide name="Rollouts">
          <table>
            <thead>
              <tr>
                <th>rollout</th>
                <th>verdict</th>
                <th class="number">advantage</th>
                <th class="number">tokens</th>
                <th>problem</th>
                <th>response</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.key}/${row.group}/${row.sample}`} name={name} arm={arm} row={row} />
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <Pager page={page} pages={pages} address={(at) => to({ page: at })} />
    </>
  );
}

const stepText = (key: string) => (/^\d+$/.test(key) ? `step ${key}` : key);

function Row({ name, arm, row }: { name: string; arm: string; row: RolloutRow }) {
  const { key: step, group, sample, outcome, rule, advantage, tokens, stopReason, question, problemId, text } = row;
  return (
    <tr>
      <td>
        <a href={rolloutAddress({ run: name, arm, step, group, sample })}>
          {step}/{group}/{sample}
        </a>
      </td>
      <td>
        <Outcome outcome={outcome} />
        <p class="note">{rule}</p>
      </td>
      <td class="number">{advantage === null ? '' : signed(advantage)}</td>
      <td class="number">
        {tokens}
        {stopReason === 'length' && <p class="note">cut off</p>}
      </td>
      <td class="problem">
        <div class="clip">{question ?? problemId}</div>
      </td>
      <td class="problem">
        <div class="clip">{text}</div>
      </td>
    </tr>
  );
}
