/**
 * Gradients and steps on a server. Slopes wait here until the step: only then is it known how many datums its gradient will be divided
 * by, and what was refused before has left nothing on the server.
 */
import { notFinite } from '../../core/finite.js';
import type { TrainingClient } from '../../tinker/index.js';
import type { ForwardBackwardResult, OptimStepOptions, TrainGroup } from '../types.js';
import { filled, foretold, inGroups, lessonDatums, scoring, silent, type Foretold, type Lesson } from './datums.js';
import { gradNormOf } from './grad-norm.js';
import type { Reduction } from './reduction.js';

/** Tokens of the sequence that is looked at after a step. */
const LOOK = 16;

export class ServerTraining {
  private readonly reduction: Reduction;
  private readonly multiple: number;
  private lessons: Lesson[] = [];

  /** `multiple`: of so many sequences are the requests. */
  constructor(reduction: Reduction, multiple: number) {
    this.reduction = reduction;
    this.multiple = multiple;
  }

  /** Scores the responses, and keeps their slopes for the step. */
  async learn(
    client: TrainingClient,
    groups: readonly TrainGroup[],
    signal: AbortSignal,
  ): Promise<ForwardBackwardResult> {
    const responses = groups.flatMap(({ prompt, responses: ofPrompt }) =>
      ofPrompt.flatMap(({ tokens, slopes }) => (tokens.length === 0 ? [] : [{ ...foretold(prompt, tokens), slopes }])),
    );
    if (responses.length === 0) return { loss: 0, logprobs_NGT: inGroups(shapeOf(groups), []) };
    const { outputs } = await client.forward(scoring(responses, this.multiple), { signal });
    let loss = 0;
    const lessons = responses.map((response, i): Lesson => {
      const { logprobs } = outputs[i]!;
      for (const [t, slope] of response.slopes.entries()) loss += slope * logprobs[response.before + t]!;
      return { ...response, logprobs };
    });
    this.lessons = [...this.lessons, ...lessons.filter(({ slopes }) => slopes.some((slope) => slope !== 0))];
    const logprobs_NGT = inGroups(
      shapeOf(groups),
      lessons.map(({ logprobs, before }) => logprobs.subarray(before)),
    );
    return { loss, logprobs_NGT };
  }

  /** Throws where nothing was sent, and forgets the gradient: the weights are as they were. */
  check({ learningRate }: OptimStepOptions): void {
    if (Number.isFinite(learningRate)) return;
    this.lessons = [];
    throw notFinite(learningRate, { what: 'the learning rate', hint: 'The weights were left as they were.' });
  }

  /**
   * The gradient's norm. The pass, the step and a look at what it left are under way together. Slopes are forgotten only when it is made:
   * on weights that are made anew it can be made again.
   */
  async step(client: TrainingClient, options: OptimStepOptions, signal: AbortSignal): Promise<number> {
    const { learningRate, beta1, beta2, epsilon: eps, weightDecay, maxGradNorm: gradClipNorm } = options;
    const lessons = filled(this.lessons, this.multiple, silent);
    const data = lessonDatums(lessons, this.reduction);
    const pass = data.length > 0 && client.forwardBackward({ data, lossFn: 'importance_sampling' }, { signal });
    const step = client.optimStep({ learningRate, beta1, beta2, eps, weightDecay, gradClipNorm }, { signal });
    const look = client.forward(scoring([lookOf(lessons[0])], this.multiple), { signal });
    const [passed, stepped, looked] = await Promise.allSettled([pass, step, look]);
    // In the order of their causes: a step fails where its pass does.
    if (passed.status === 'rejected') throw passed.reason;
    if (stepped.status === 'rejected') throw stepped.reason;
    if (looked.status === 'rejected') throw looked.reason;
    const gradNorm = gradNormOf(stepped.value);
    this.lessons = [];
    return gradNorm;
  }
}

/** The beginning of a sequence. */
function lookOf(lesson: Foretold | undefined): Foretold {
  if (!lesson) return { tokens: Int32Array.of(0), targetTokens: Int32Array.of(0), before: 0 };
  const { tokens, targetTokens } = lesson;
  return { tokens: tokens.subarray(0, LOOK), targetTokens: targetTokens.subarray(0, LOOK), before: 0 };
}

function shapeOf(groups: readonly TrainGroup[]) {
  return groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map(({ tokens }) => tokens) }));
}
