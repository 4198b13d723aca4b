/** The terms of the project, a sentence each. docs/glossary.md is made from these and from the metric tables beside the code. */

/** A term and what it means; `paper` names where the paper has it. */
export interface Term {
  term: string;
  meaning: string;
  paper?: string;
}

export const terms: readonly Term[] = [
  { term: 'policy', meaning: 'The language model that is trained, M.' },
  { term: 'problem', meaning: 'A question with an answer that can be verified, (q, a).' },
  { term: 'trace', meaning: 'A solved problem written to be learnt from: question, worked steps, boxed answer.' },
  { term: 'corpus', meaning: 'The traces that can be retrieved, C. Never holds a test problem.' },
  {
    term: 'decontamination',
    meaning:
      'Removing problems from a corpus that share a run of words (8 by default) with a benchmark problem, so that no test is practised on.',
  },
  {
    term: 'near-duplicate',
    meaning:
      'A problem whose three-word shingles have a Jaccard similarity of 0.8 or more with those of another; found by MinHash, decided exactly.',
  },
  {
    term: 'exclude list',
    meaning: 'Traces that a problem is never shown or paired with: its own and those of its near-duplicates.',
  },
  {
    term: 'pair selection',
    meaning:
      'Which pairs of problem and trace are judged: all of a type, or a budget that sorts problems and traces into classes, and a random slice that checks what is inferred from them.',
  },
  {
    term: 'class',
    meaning: 'Problems and traces that help each other, as far as a few verdicts on each tell.',
  },
  {
    term: 'inferred label',
    meaning: 'A label of a pair that nobody judged: relevant within a class, not relevant between two.',
  },
  {
    term: 'context',
    meaning: 'What stands in the prompt beside the problem: traces, fixed demonstrations, a hint, or nothing.',
  },
  {
    term: 'hint',
    meaning:
      "The first part of a problem's own solution in its prompt, in training only and never as far as the answer (QuestA).",
  },
  {
    term: 'demonstrations',
    meaning: 'Solved examples that are the same in every prompt of an arm, drawn once for the run.',
  },
  {
    term: 'annealing',
    meaning: 'Showing contexts ever more seldom in the course of a training, so that the policy ends without.',
  },
  {
    term: 'rescue',
    meaning: 'Sampling a problem again with its context where all responses without it were wrong (Scaf-GRPO).',
  },
  {
    term: 'difficulty',
    meaning: 'Share of right responses of the policy that the arms start from, measured for each training problem.',
  },
  {
    term: 'relevance',
    meaning: 'How much a trace raises the chance of the right answer when it is the context; not similarity.',
    paper: 'Eq. 1',
  },
  {
    term: 'measured utility',
    meaning:
      'Relevance as a number: log-likelihood of the right solution with the trace in the prompt, minus the mean over all traces tried for that problem, in nats. Subtracting the mean removes what any trace gives, mostly format.',
    paper: 'Eq. 1',
  },
  {
    term: 'label',
    meaning: 'A decision that a trace is relevant to a problem or not; a failed judgement is recorded and is neither.',
  },
  {
    term: 'LLM judge',
    meaning:
      'A language model that reads two solved problems and says, after a brief justification, whether the reasoning of the one carries over to the other.',
    paper: 'stage 1',
  },
  {
    term: 'votes',
    meaning: 'Several answers of the LLM judge to the same question; more than half of all decide.',
  },
  {
    term: 'listwise',
    meaning: 'Several traces judged in one call, to cut cost; pairwise is one trace a call.',
  },
  {
    term: 'audit',
    meaning: 'Comparing labels with those of another judge or of a person who does not see them.',
  },
  {
    term: 'gold-relevance distillation',
    meaning: 'Making labels, and training a retriever on them.',
    paper: 'stages 1 and 2',
  },
  {
    term: 'truth',
    meaning:
      'A fact about a problem (a house rule, an equation template) that only grades labels and retrievers. Nothing is trained on it, except by the control judge of that name.',
  },
  {
    term: 'late interaction',
    meaning: 'A retriever with a vector for each token; texts are compared token by token (ColBERT).',
  },
  {
    term: 'MaxSim',
    meaning:
      "Score of late interaction: for each query token its best match among the document's tokens, averaged (or summed) over query tokens.",
  },
  {
    term: 'InfoNCE',
    meaning:
      'Loss of the retriever: cross-entropy of picking the positive among the positives and negatives of the batch, scores divided by a temperature.',
    paper: 'Eq. 2',
  },
  { term: 'BM25', meaning: 'Retrieval by rare shared words; the baseline for similarity.' },
  {
    term: 'oracle',
    meaning: 'A control retriever that returns a trace of equal truth; refused where problems have no truth.',
  },
  {
    term: 'random trace',
    meaning:
      'A control retriever that returns a trace of the same type, drawn at random; of any type where the problem has none, or no trace of its own may be shown (a run counts these).',
  },
  {
    term: 'words in common',
    meaning:
      "Share of the distinct words of a problem and of a trace's question that both have, words with digits left out; near 1 is the same problem with other numbers. Of several traces the most alike counts.",
  },
  { term: 'recall@1', meaning: 'Share of queries whose first hit is relevant.' },
  {
    term: 'labelled-test',
    meaning:
      'The labelled queries that neither trained the retriever nor chose its checkpoint (validation does): retrievers are graded on them by the labels.',
  },
  { term: 'arm', meaning: 'One thing compared in a run: a policy with a context at training and a context at test.' },
  {
    term: 'GRPO',
    meaning:
      'Group relative policy optimisation: advantages from the rewards of a group of responses to one prompt, no value model; here without a KL term.',
  },
  {
    term: 'RA-RFT',
    meaning: 'GRPO with a retrieved trace in the prompt, for sampling, for the update and at test.',
    paper: 'Eq. 3',
  },
  { term: 'group', meaning: 'One prompt and its G responses.' },
  { term: 'mixed group', meaning: 'A group whose rewards are not all equal. Only these carry a gradient.' },
  {
    term: 'rollout',
    meaning:
      'One response with its tokens, log-probabilities, stop reason, verdict, and the trace that was in its prompt.',
  },
  {
    term: 'reward',
    meaning:
      '1 for a verified answer, 0 for a wrong or missing one (or the number of a module of yours). A rollout whose verifier failed has none.',
  },
  {
    term: 'verdict',
    meaning:
      'What the verifier says of a response: match, mismatch, no answer, or that it could not judge (gold answer unreadable, time-out, error); with the rule that decided.',
  },
  { term: 'gold answer', meaning: "A problem's right answer, which responses are judged against." },
  {
    term: 'normal form',
    meaning: 'An answer as the verifier reads it, without notation that changes nothing; normal forms are compared.',
  },
  { term: 'advantage', meaning: 'How much better a response was than its group.' },
  { term: 'on policy', meaning: 'The weights that are updated are those that sampled, so the probability ratio is 1.' },
  {
    term: 'ratio',
    meaning:
      'Probability of a token under the present weights over that when it was sampled; clipped where a batch is used for several updates.',
  },
  {
    term: 'warm-up',
    meaning:
      'Supervised steps on worked solutions before reinforcement learning, for models that never solve a problem yet.',
  },
  { term: 'average@k', meaning: 'Share of right answers over k samples of each problem, averaged over problems.' },
  { term: 'clustered bootstrap', meaning: 'Confidence interval from resampling problems, each with all its samples.' },
  {
    term: 'paired difference',
    meaning:
      'Difference of two arms problem by problem, with its own interval; narrower than the difference of two intervals.',
  },
  {
    term: 'seen, unseen',
    meaning:
      'Splits of the test problems: strategies that occur in training, and strategies that occur in the corpus only. Training takes no problem and no trace of unseen.',
  },
  {
    term: 'house rule',
    meaning:
      'In the embedded world: a convention with an arbitrary name whose meaning can only be had from a solved example.',
  },
  { term: 'policy version', meaning: 'Number of optimizer updates made so far.' },
  { term: 'run folder', meaning: 'runs/<name>: everything a run reads and writes. It belongs to one configuration.' },
];
