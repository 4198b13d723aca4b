/** Queries to begin with. */
import type { SqlTables } from './schemas.js';

export const examples: SqlTables['examples'] = [
  {
    about: 'Reward of each arm, step by step',
    query: `SELECT arm, step, rewardMean, mixedShare, responseTokensMean
FROM metrics
WHERE rewardMean IS NOT NULL
ORDER BY arm, step`,
  },
  {
    about: 'Verdicts of the training responses, and their rules',
    query: `SELECT arm, outcome, rule, count(*) AS responses, round(avg(tokens), 1) AS meanTokens
FROM rollouts
GROUP BY ALL
ORDER BY arm, responses DESC`,
  },
  {
    about: 'Traces that were shown most, and how often the response was right',
    query: `WITH shown AS (
  SELECT unnest(traceIds) AS traceId, reward FROM rollouts
)
SELECT traceId, count(*) AS responses, round(avg(reward), 3) AS meanReward, any_value(t.question) AS question
FROM shown JOIN traces t ON t.id = traceId
GROUP BY ALL
ORDER BY responses DESC
LIMIT 50`,
  },
  {
    about: 'Test problems that no arm solved in its last evaluation',
    query: `WITH last AS (
  SELECT * FROM evaluations WHERE kind = 'evaluation'
  QUALIFY step = max(step) OVER (PARTITION BY arm)
)
SELECT p.id, p.split, p.answer, p.question
FROM last JOIN problems p ON p.id = last.problemId AND p.set = 'test'
GROUP BY ALL
HAVING max(reward) = 0
ORDER BY p.id`,
  },
  {
    about: 'How the first hits of each retriever were labelled',
    query: `SELECT retriever, relevant, count(*) AS problems, round(avg(l.score), 2) AS meanScore
FROM retrieved JOIN labels l USING (problemId, traceId)
WHERE rank = 1
GROUP BY ALL
ORDER BY retriever, relevant`,
  },
];
