/** One problem, and what both arms said to it. */
import type { ProblemAnswer, ProblemSide } from '../../../../src/serve/runs/compare/schemas.js';
import { useAnswer } from '../../../shared/api.js';
import { Waiting } from '../../../shared/parts.js';
import { apiPath, Outcome, rolloutAddress, ShownTrace } from '../../rollout-parts.js';
import type { Address, Asked } from './compare.js';

export function ComparedProblem({ asked, to }: { asked: Asked; to: Address }) {
  const { a, b, stepA, stepB, problem } = asked;
  const { loaded, again } = useAnswer<ProblemAnswer>(apiPath(['compare', 'problem'], { a, b, stepA, stepB, problem }));
  return (
    <>
      <p>
        <a href={to({ problem: undefined })}>All problems</a>
      </p>
      <Waiting loaded={loaded} again={again}>
        {(answer) => (
          <>
            <h2>Problem {answer.problem.id}</h2>
            <p class="words">{answer.problem.question}</p>
            <p class="note">
              gold answer <code>{answer.problem.answer}</code>
              {answer.problem.split !== undefined && `, split ${answer.problem.split}`}
            </p>
            {answer.problem.solution !== undefined && (
              <details>
                <summary>Its own solution</summary>
                <div class="text">{answer.problem.solution}</div>
              </details>
            )}
            <div class="columns">
              <Side name="a" side={answer.a} />
              <Side name="b" side={answer.b} />
            </div>
          </>
        )}
      </Waiting>
    </>
  );
}

function Side({ name, side }: { name: string; side: ProblemSide }) {
  const { run, arm, step, key, group, failed, traces, samples } = side;
  return (
    <article class="rollout" aria-label={`${name}: ${run} ${arm}`}>
      <h3>
        {name}: {run} {arm}, step {step}
      </h3>
      {group === undefined && <p>It was not sampled here.</p>}
      {failed !== undefined && <p class="wrong-text">It could not be sampled: {failed}</p>}
      {traces.length === 0 ? (
        <p class="note">Without a trace.</p>
      ) : (
        traces.map((one) => <ShownTrace key={one.id} trace={one} />)
      )}
      {samples.map(({ text, outcome, rule, extracted }, sample) => (
        <section key={sample}>
          <p>
            <Outcome outcome={outcome} />{' '}
            <span class="note">
              {rule}
              {extracted !== undefined && (
                <>
                  , answer <code>{extracted}</code>
                </>
              )}
            </span>{' '}
            {group !== undefined && (
              <a
                href={rolloutAddress({ run, arm, step: key, group, sample })}
                aria-label={`Sample ${sample} of ${name}`}
              >
                sample {sample}
              </a>
            )}
          </p>
          <div class="text">{text}</div>
        </section>
      ))}
    </article>
  );
}
