/** Where else the problem was sampled; looked for when it is opened, since all files of the run are read for it. */
import { useState } from 'preact/hooks';
import type { SameProblem } from '../../../../src/serve/runs/rollouts/schemas.js';
import { useAnswer } from '../../../shared/api.js';
import { Waiting } from '../../../shared/parts.js';
import { Wide } from '../../../shared/wide.js';
import { apiPath, besideOf, Responses, rolloutAddress, SignalMark, type Place } from '../../rollout-parts.js';

export function SameProblems({ place, problemId }: { place: Place; problemId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same problem in other steps and arms</summary>
      {open && <Places place={place} problemId={problemId} />}
    </details>
  );
}

function Places({ place, problemId }: { place: Place; problemId: string }) {
  const { loaded, again } = useAnswer<SameProblem>(
    apiPath(['runs', place.run, 'same-problem'], { problem: problemId }),
  );
  return (
    <Waiting loaded={loaded} again={again}>
      {({ places, stopped }) => (
        <>
          {stopped !== undefined && <p class="note">The search stopped {stopped}.</p>}
          <Wide name="The same problem elsewhere">
            <table>
              <thead>
                <tr>
                  <th>arm</th>
                  <th>step</th>
                  <th>signal</th>
                  <th>responses</th>
                  <th>traces</th>
                  <th>beside</th>
                </tr>
              </thead>
              <tbody>
                {places.map(({ arm, key: step, group, signal, responses, traceIds }) => {
                  const own = { run: place.run, arm, step, group };
                  const here = arm === place.arm && step === place.step && group === place.group;
                  return (
                    <tr key={`${arm}/${step}/${group}`}>
                      <td>{arm}</td>
                      <td>{step}</td>
                      <td>
                        <SignalMark signal={signal} />
                      </td>
                      <td>
                        <Responses place={own} responses={responses} {...(here && { current: place.sample })} />
                      </td>
                      <td>{traceIds.join(', ')}</td>
                      <td>
                        {!here && responses.length > 0 && (
                          <a
                            href={rolloutAddress(place, besideOf({ ...own, sample: 0 }))}
                            aria-label={`Put ${arm} ${step} beside it`}
                          >
                            beside
                          </a>
                        )}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Wide>
        </>
      )}
    </Waiting>
  );
}
