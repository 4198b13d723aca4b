/** The warm-up: sources of its traces that are not there, and turns of warm-up and labels that nothing could come of. */
import type { Finding } from './finding.js';
import { nearestName } from './nearest-name.js';
import type { Config } from './schema.js';

export function checkWarmup(config: Config): Finding[] {
  return [...checkSources(config), ...checkAlternation(config)];
}

function checkSources({ warmup: { traces }, retrievers }: Config): Finding[] {
  const known = [...new Set(['random', ...Object.keys(retrievers)])];
  const unknown = Object.keys(traces).filter((name) => !known.includes(name));
  const findings = unknown.map((name): Finding => {
    const nearest = nearestName(name, known);
    return {
      path: ['warmup', 'traces', name],
      message: `warmup.traces names ${JSON.stringify(name)}, which is no retriever`,
      expected: known.join(', '),
      ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
    };
  });
  if (Object.values(traces).some((share) => share > 0)) return findings;
  return [
    ...findings,
    {
      path: ['warmup', 'traces'],
      message: 'warmup.traces gives no source a share',
      expected: 'a share above 0, as in {random: 1}; warmup.contextShare: 0 for a warm-up without traces',
    },
  ];
}

function checkAlternation({ labels: { alternation, judge }, warmup }: Config): Finding[] {
  const { times, right, wrong } = alternation;
  if (times === 0) return [];
  const at = ['labels', 'alternation'];
  const findings: Finding[] = [];
  if (judge !== 'utility') {
    findings.push({
      path: [...at, 'times'],
      message: `labels.alternation.times is ${times}, but labels.judge: ${judge} asks no policy, so another one would change nothing`,
      expected: '0, or labels.judge: utility',
    });
  }
  if (warmup.steps === 0) {
    findings.push({
      path: [...at, 'times'],
      message: `labels.alternation.times is ${times}, but warmup.steps is 0: there is no warm-up to teach the use of traces`,
      expected: '0, or warmup.steps above 0',
    });
  }
  if (right + wrong > 1 + 1e-9 || right === 0) {
    findings.push({
      path: [...at, 'right'],
      message: `labels.alternation.right is ${right} and labels.alternation.wrong is ${wrong}`,
      expected: 'right above 0, both together at most 1',
    });
  }
  return findings;
}
