/** Units of measure and what they are worth, so that 5 cm is 50 mm and never 5 m. */
import { rational, type Rational } from '../../data/rational.js';

export interface Unit {
  /** What is measured, as powers of base quantities in order: two units compare only where this agrees. */
  dimension: string;
  /** Worth of one, in the dimension's own unit. */
  factor: Rational;
}

/** Powers of ten before a symbol, and the words for them before a name. */
const PREFIXES: Readonly<Record<string, readonly [string, number]>> = {
  n: ['nano', -9],
  µ: ['micro', -6],
  m: ['milli', -3],
  c: ['centi', -2],
  d: ['deci', -1],
  k: ['kilo', 3],
  M: ['mega', 6],
  G: ['giga', 9],
  T: ['tera', 12],
};

const ENERGY = 'length^2 mass time^-2';
const POWER = 'length^2 mass time^-3';
const VOLTAGE = 'current^-1 length^2 mass time^-3';

/** Rows: dimension, symbols (whose case counts), names, worth of one as numerator and denominator, prefixes it takes. */
const TABLE: readonly (readonly [string, string, string, number, number?, string?])[] = [
  ['length', 'm', 'meter metre', 1, 1, 'nµmcdk'],
  ['length', 'in', 'inch inches', 254, 10000],
  ['length', 'ft', 'foot feet', 3048, 10000],
  ['length', 'yd', 'yard', 9144, 10000],
  ['length', 'mi', 'mile', 1609344, 1000],
  ['length^2', 'ha', 'hectare', 10000],
  ['length^2', '', 'acre', 40468564224, 10000000],
  ['length^3', 'l L', 'liter litre', 1, 1000, 'nµmcdk'],
  ['length^3', 'cc', '', 1, 1_000_000],
  ['length^3', 'gal', 'gallon', 3785411784, 1_000_000_000_000],
  ['length^3', 'qt', 'quart', 946352946, 1_000_000_000_000],
  ['length^3', '', 'pint', 473176473, 1_000_000_000_000],
  ['length^3', '', 'cup', 2365882365, 10_000_000_000_000],
  ['mass', 'g', 'gram gramme', 1, 1000, 'nµmcdk'],
  ['mass', '', 'kilo', 1],
  ['mass', '', 'tonne', 1000],
  ['mass', 'oz', 'ounce', 28349523125, 1_000_000_000_000],
  ['mass', 'lb lbs', 'pound', 45359237, 100_000_000],
  ['mass', '', 'ton', 90718474, 100_000],
  ['time', 's sec', 'second', 1, 1, 'nµm'],
  ['time', 'min mins', 'minute', 60],
  ['time', 'h hr hrs', 'hour', 3600],
  ['time', '', 'day', 86_400],
  ['time', '', 'week', 604_800],
  // Months have no fixed length in days.
  ['calendar', '', 'month', 1],
  ['calendar', 'yr yrs', 'year', 12],
  ['calendar', '', 'decade', 120],
  ['calendar', '', 'century centuries', 1200],
  ['length time^-1', 'mph', '', 1609344, 3_600_000],
  ['length time^-1', 'kmh kph', '', 1000, 3600],
  ['length time^-1', '', 'knot', 1852, 3600],
  ['time^-1', 'Hz', 'hertz', 1, 1, 'mkMGT'],
  ['length mass time^-2', 'N', 'newton', 1, 1, 'mkM'],
  ['length^-1 mass time^-2', 'Pa', 'pascal', 1, 1, 'kMG'],
  ['length^-1 mass time^-2', 'atm', 'atmosphere', 101_325],
  ['length^-1 mass time^-2', 'bar', '', 100_000],
  [ENERGY, 'J', 'joule', 1, 1, 'nµmkMGT'],
  [ENERGY, 'Wh', 'watt-hour', 3600, 1, 'kMGT'],
  [ENERGY, 'cal', 'calorie', 4184, 1000, 'k'],
  ['electronvolt', 'eV', 'electronvolt electron-volt', 1, 1, 'mkMGT'],
  [POWER, 'W', 'watt', 1, 1, 'nµmkMGT'],
  [POWER, 'hp', 'horsepower', 745_699_872, 1_000_000],
  ['current', 'A', 'amp ampere', 1, 1, 'nµmk'],
  ['current time', '', 'coulomb', 1, 1, 'nµm'],
  [VOLTAGE, 'V', 'volt', 1, 1, 'nµmkM'],
  ['current^-2 length^2 mass time^-3', 'Ω', 'ohm', 1, 1, 'mkMG'],
  ['amount', 'mol', 'mole', 1, 1, 'nµmk'],
  ['data', '', 'bit', 1],
  ['data', 'B', 'byte', 8, 1, 'kMGT'],
  ['data', 'KB', '', 8000],
  ['celsius', '', 'celsius centigrade', 1],
  ['fahrenheit', '', 'fahrenheit', 1],
  ['kelvin', 'K', 'kelvin', 1],
  ['angle', '', 'degree deg', 1],
  ['radian', '', 'radian rad', 1],
  ['dollars', '', 'dollar usd buck', 1],
  ['dollars', '', 'cent penny pennies', 1, 100],
  ['euros', '', 'euro eur', 1],
  ['sterling', '', 'pounds-sterling gbp', 1],
  ['sterling', '', 'pence', 1, 100],
  ['yen', '', 'yen jpy', 1],
  ['yuan', '', 'yuan rmb', 1],
  ['rupees', 'Rs', 'rupee rs inr', 1],
  ['rupees', '', 'paise paisa', 1, 100],
  ['won', '', 'won krw', 1],
  ['rubles', '', 'ruble rouble', 1],
  ['pesos', '', 'peso', 1],
];

const SYMBOLS = new Map<string, Unit>();
const NAMES = new Map<string, Unit>();
for (const [dimension, symbols, names, top, bottom = 1, prefixes = ''] of TABLE) {
  const unit = { dimension, factor: rational(BigInt(top), BigInt(bottom)) };
  const words = (text: string): readonly string[] => text.split(' ').filter(Boolean);
  for (const symbol of words(symbols)) SYMBOLS.set(symbol, unit);
  for (const name of words(names)) NAMES.set(name, unit);
  for (const prefix of prefixes) {
    const [word, power] = PREFIXES[prefix] as [string, number];
    const ten = 10n ** BigInt(Math.abs(power));
    const scaled = { dimension, factor: times(unit.factor, power > 0 ? rational(ten) : rational(1n, ten), 1) };
    for (const symbol of words(symbols)) SYMBOLS.set(`${prefix}${symbol}`, scaled);
    for (const name of words(names)) NAMES.set(`${word}${name}`, scaled);
  }
}

/** Symbols whose case some people change (`KG`, `Mhz`), by their small letters. */
const ANY_CASE = new Map<string, Unit>();
for (const [symbol, unit] of SYMBOLS) {
  const small = symbol.toLowerCase();
  // Where milli and mega fall together (`mw`, `mj`), the case must be right.
  if (symbol.length > 1 && !/^m(?:n|j|w|wh|v|b|ev|pa|ω)$/.test(small)) ANY_CASE.set(small, unit);
}

/** Symbols that are no product of letters after a number though nothing marks them as words. */
const PLAIN = new Set(
  (
    'mm cm dm km in ft yd mi nm mg kg oz lb lbs ms sec min mins hr hrs yr yrs ml mL dL gal qt kj kJ kw kW hz Hz khz kHz MHz ' +
    'GHz THz kWh MWh eV keV MeV GeV mol mmol kPa MPa kN kV kcal atm mph kmh kph rs Rs'
  ).split(' '),
);

function lookUp(word: string): Unit | undefined {
  const plain = word.replace('μ', 'µ');
  const exact = SYMBOLS.get(plain);
  if (exact) return exact;
  return nameOf(plain) ?? ANY_CASE.get(plain.toLowerCase());
}

function nameOf(word: string): Unit | undefined {
  const small = word.toLowerCase();
  return NAMES.get(small) ?? (small.length > 3 && small.endsWith('s') ? NAMES.get(small.slice(0, -1)) : undefined);
}

/** Whether plain letters after a number name a unit (or a percentage) and so are no product of variables. */
export const isUnitWord = (word: string): boolean =>
  isPercentWord(word) || PLAIN.has(word) || nameOf(word) !== undefined;

export const isPercentWord = (word: string): boolean => /^(?:percent|percents|pct|percentage)$/i.test(word);

/** Whether a text is nothing but units with their powers and slashes (`m/s^2`). */
export function isUnitText(text: string): boolean {
  const words = text.match(/[A-Za-zµμΩ]+(?:-[A-Za-z]+)?/g) ?? [];
  return (
    words.length > 0 &&
    words.every((word) => lookUp(word) !== undefined || /^(?:per|square|cubic|sq|cu)$/i.test(word)) &&
    /^[A-Za-zµμΩ\s/*·^{}()\d.-]*$/.test(text.replace(/\\cdot(?![a-z])/g, '*')) &&
    !/^[\d\s]/.test(text)
  );
}

/** Whether a unit is of money, which stands before its amount as often as after. */
export const isCurrency = (text: string): boolean =>
  /^(?:dollars|euros|sterling|yen|yuan|rupees|won|rubles|pesos)$/.test(unitOf(text)?.dimension ?? '');

const POWER_WORDS: Readonly<Record<string, number>> = { square: 2, squared: 2, sq: 2, cubic: 3, cubed: 3, cu: 3 };

/**
 * The unit that words name (`square cm`, `inches^2`, `miles per hour`, `m s^-2`); undefined where no word is a unit: a
 * counted noun (`dogs`), which is no unit.
 */
export function unitOf(text: string): Unit | undefined {
  const words = text
    .replace(/pounds? sterling/gi, 'pounds-sterling')
    .replace(/\bdegrees?\s+(?=celsius|centigrade|fahrenheit)/gi, '')
    .replace(/\bdegrees?\s+([CF])\b/g, (_, letter: string) => (letter === 'C' ? 'celsius' : 'fahrenheit'))
    .replace(/\\cdot(?![a-z])/g, '*')
    .match(/[A-Za-zµμΩ]+(?:-[A-Za-z]+)?|\^|\/|-?\d+/g);
  if (!words) return undefined;
  const powers = new Map<string, number>();
  let factor = rational(1n);
  let found = false;
  let pending = 1;
  let under = 1;
  let last: { unit: Unit; power: number } | undefined;
  const take = (unit: Unit, power: number): void => {
    for (const [name, size] of baseQuantities(unit.dimension)) powers.set(name, (powers.get(name) ?? 0) + size * power);
    factor = times(factor, unit.factor, power);
    found = true;
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const small = word.toLowerCase();
    if (small === 'per' || word === '/') under = -1;
    const after = small.endsWith('ed') ? POWER_WORDS[small] : word === '^' ? Number(words[i + 1]) : undefined;
    if (after !== undefined) {
      if (last && Number.isInteger(after) && Math.abs(after) < 10) take(last.unit, (after - last.power) * under);
      last = undefined;
      pending = 1;
      continue;
    }
    if (Object.hasOwn(POWER_WORDS, small)) pending = POWER_WORDS[small] as number;
    const unit = isStray(words, i, found) ? undefined : lookUp(word);
    if (!unit) continue;
    take(unit, pending * under);
    last = { unit, power: pending };
    pending = 1;
  }
  return found ? { dimension: dimensionOf(powers), factor } : undefined;
}

/** Letters and an `in` that stand among other words (`students in class A`) and so are no units. */
function isStray(words: readonly string[], at: number, found: boolean): boolean {
  const [word, next, before] = [words[at] as string, words[at + 1] ?? '', words[at - 1]];
  if (word.toLowerCase() === 'in')
    return found || (/^[a-z]/i.test(next) && !Object.hasOwn(POWER_WORDS, next.toLowerCase()));
  if (word.length > 1 || before === undefined || /^(?:\^|\/|per|-?\d+)$/i.test(before)) return false;
  return !lookUp(before) && !Object.hasOwn(POWER_WORDS, before.toLowerCase());
}

/** `length^2 mass` as names with powers. */
const baseQuantities = (dimension: string): readonly (readonly [string, number])[] =>
  dimension.split(' ').map((part) => {
    const [name = '', power = '1'] = part.split('^');
    return [name, Number(power)];
  });

const dimensionOf = (powers: ReadonlyMap<string, number>): string =>
  [...powers]
    .filter(([, power]) => power !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, power]) => (power === 1 ? name : `${name}^${power}`))
    .join(' ');

function times(a: Rational, b: Rational, power: number): Rational {
  const n = BigInt(Math.abs(power));
  return power >= 0 ? rational(a.n * b.n ** n, a.d * b.d ** n) : rational(a.n * b.d ** n, a.d * b.n ** n);
}
