import { expect, test } from 'vitest';
import { unitOf } from './units.js';

const dimension = (text: string): string | undefined => unitOf(text)?.dimension;

test('names, plurals, abbreviations', () => {
  expect(dimension('feet')).toBe('length');
  expect(dimension('Inches')).toBe('length');
  expect(dimension('hours')).toBe('time');
  expect(dimension('dogs')).toBeUndefined();
  expect(dimension('')).toBeUndefined();
});

test('squares and cubes, however they are written', () => {
  for (const text of ['square cm', 'sq. cm', 'cm^2', 'cm squared', 'square centimeters'])
    expect(unitOf(text), text).toEqual(unitOf('cm^2'));
  expect(unitOf('cubic inches')).toEqual(unitOf('inches^3'));
  expect(dimension('cm^3')).not.toBe(dimension('cm^2'));
});

test('rates', () => {
  expect(unitOf('mph')).toEqual(unitOf('miles per hour'));
  expect(unitOf('m/s')).not.toEqual(unitOf('m'));
});
