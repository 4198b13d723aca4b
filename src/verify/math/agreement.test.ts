/** Agreement with known verdicts: the shares that are promised, and every disagreement explained in `disagreements.json`. */
import { describe, expect, test } from 'vitest';
import { casesAreThere, differs, extractCase, knownCases, knownExtractions } from '../testing/known-cases.js';
import explained from './disagreements.json' with { type: 'json' };

describe.skipIf(!casesAreThere)(`cases beside the repository${casesAreThere ? '' : ' (skipped: not there)'}`, () => {
  test.each([
    ['cases', 0.97],
    ['beyond', 0.95],
    ['disabled', 0.8],
  ] as const)('%s agree', (name, share) => {
    const all = knownCases(name);
    const missed = all.filter(differs).map((one) => one.id);
    expect(missed.filter((id) => !(id in explained))).toEqual([]);
    expect(1 - missed.length / all.length).toBeGreaterThanOrEqual(share);
  });

  test('of the reports nothing wrong matches that is not explained, and nine in ten equal pairs are found', () => {
    const all = knownCases('reports');
    const missed = all.filter(differs);
    expect(missed.filter((one) => !one.equal && !(one.id in explained)).map((one) => one.id)).toEqual([]);
    const lost = missed.filter((one) => one.equal).length;
    expect(1 - lost / all.filter((one) => one.equal).length).toBeGreaterThanOrEqual(0.9);
  });

  test('extraction agrees', () => {
    const missed = knownExtractions().filter((one) => extractCase(one) !== one.expected[0]);
    expect(missed.map((one) => one.id).filter((id) => !(id in explained))).toEqual([]);
  });

  test('what is explained still disagrees', () => {
    const ids = new Set(
      (['cases', 'beyond', 'disabled', 'reports'] as const)
        .flatMap(knownCases)
        .filter(differs)
        .map((one) => one.id),
    );
    expect(Object.keys(explained).filter((id) => !ids.has(id))).toEqual([]);
  });
});
