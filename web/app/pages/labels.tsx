/** The labels of a run: who judged its pairs, how far judges agree, and the pairs themselves, disagreements first. */
import { auditGlossary } from '../../../src/judge/agreement.js';
import { labelMetricGlossary } from '../../../src/judge/grade.js';
import type { JudgeLine, LabelsSummary } from '../../../src/serve/runs/label-schemas.js';
import { useAnswer } from '../../shared/api.js';
import { Page, Waiting } from '../../shared/parts.js';
import { linkTo } from '../../shared/route.js';
import { Wide } from '../../shared/wide.js';
import { Agreements, percent } from '../agreements.js';
import { JudgedPairs } from '../judged-pairs.js';
import { RunNav } from '../run-nav.js';

export function LabelsPage({ name, query }: { name: string; query: URLSearchParams }) {
  const { loaded, again } = useAnswer<LabelsSummary>(`v1/runs/${encodeURIComponent(name)}/labels`);
  return (
    <Page title={`${name}: labels`} lead="Which traces help with which problems: who says so, and who says otherwise.">
      <RunNav name={name} current="Labels" />
      <Waiting loaded={loaded} again={again}>
        {(summary) => (
          <>
            <p>
              <a href={linkTo(['runs', name, 'labels', 'blind'])}>Label pairs yourself</a>, without seeing what the
              judges say.
            </p>
            {summary.leftOut !== undefined && <p class="notice">{summary.leftOut}</p>}
            <h2>Judges</h2>
            <Judges judges={summary.judges} />
            <h2>Agreement</h2>
            <Agreements lines={summary.agreements} none="There is no other judge to compare the labels with." />
            <p class="note">
              Kappa: {auditGlossary.kappa} Agreement: {auditGlossary.agreement}
            </p>
            <h2>Pairs</h2>
            <JudgedPairs name={name} judges={summary.judges} query={query} />
          </>
        )}
      </Waiting>
    </Page>
  );
}

function Judges({ judges }: { judges: readonly JudgeLine[] }) {
  return (
    <>
      <Wide name="Judges">
        <table>
          <thead>
            <tr>
              <th>judge</th>
              <th class="number">pairs</th>
              <th class="number">problems</th>
              <th class="number" title={labelMetricGlossary.positives}>
                relevant
              </th>
              <th class="number" title={labelMetricGlossary['failed labels']}>
                failed
              </th>
              <th class="number" title={labelMetricGlossary.gain}>
                mean gain
              </th>
            </tr>
          </thead>
          <tbody>
            {judges.map((judge) => (
              <tr key={judge.id}>
                <td>
                  {judge.name}
                  {judge.id === 'run' && <span class="note"> (the retriever learns from these)</span>}
                </td>
                <td class="number">{judge.pairs}</td>
                <td class="number">{judge.problems}</td>
                <td class="number">{judge.relevant === null ? 'none decided' : percent(judge.relevant)}</td>
                <td class="number">{judge.failed}</td>
                <td class="number">{judge.meanScore?.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {judges.map(
        ({ id, name, repeated, pairs, relevant }) =>
          (repeated || relevant === 0 || relevant === 1) && (
            <p key={id} class="notice">
              {name}{' '}
              {repeated
                ? `gives ${repeated.pairs} of ${pairs} pairs the same justification: ${repeated.reason}`
                : `says ${relevant === 0 ? 'no' : 'yes'} to every pair: it tells none apart.`}
            </p>
          ),
      )}
      <p class="note">Gain: {labelMetricGlossary.gain}</p>
    </>
  );
}
