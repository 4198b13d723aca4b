/** Units of measure and what they are worth, so that 5 cm is 50 mm and never 5 m. */
import { rational, type Rational } from '../../data/index.js';

export interface Unit {
  /** What is measured: two units compare only where this agrees. */
  dimension: string;
  /** Worth of one, in the dimension's own unit. */
  factor: Rational;
}

/** Names, by dimension: [names, numerator, denominator]. */
const TABLE: Readonly<Record<string, readonly (readonly [string, number, number?])[]>> = {
  length: [
    ['mm millimeter millimetre', 1, 1000],
    ['cm centimeter centimetre', 1, 100],
    ['dm decimeter', 1, 10],
    ['m meter metre', 1],
    ['km kilometer kilometre', 1000],
    ['in inch inches', 254, 10000],
    ['ft foot feet', 3048, 10000],
    ['yd yard', 9144, 10000],
    ['mi mile', 1609344, 1000],
    ['nm nanometer', 1, 1_000_000_000],
  ],
  mass: [
    ['mg milligram', 1, 1_000_000],
    ['g gram', 1, 1000],
    ['kg kilogram kilo', 1],
    ['tonne', 1000],
    ['oz ounce', 28349523125, 1000000000000],
    ['lb lbs pound', 45359237, 100000000],
    ['ton', 90718474, 100000],
  ],
  time: [
    ['ms millisecond', 1, 1000],
    ['s sec second', 1],
    ['min minute', 60],
    ['h hr hour', 3600],
    ['day', 86400],
    ['week', 604800],
  ],
  'calendar-time': [
    ['month', 1],
    ['year yr', 12],
    ['decade', 120],
    ['century centuries', 1200],
  ],
  volume: [
    ['ml milliliter millilitre', 1, 1000],
    ['l liter litre', 1],
    ['gallon gal', 3785411784, 1000000000],
    ['quart', 946352946, 1000000000],
    ['pint', 473176473, 1000000000],
    ['cup', 2365882365, 10000000000],
  ],
  dollars: [
    ['dollar usd', 1],
    ['cent penny pennies', 1, 100],
  ],
  euros: [['euro eur', 1]],
  sterling: [['pounds-sterling gbp', 1]],
  yen: [['yen', 1]],
  yuan: [['yuan rmb', 1]],
  rupees: [['rupee rs', 1]],
  angle: [
    ['degree deg', 1],
    ['radian rad', 0],
  ],
  temperature: [
    ['celsius', 1],
    ['fahrenheit', 0],
    ['kelvin', 0],
  ],
  energy: [
    ['j joule', 1],
    ['kj kilojoule', 1000],
  ],
  power: [
    ['w watt', 1],
    ['kw kilowatt', 1000],
  ],
  force: [['n newton', 1]],
  frequency: [
    ['hz hertz', 1],
    ['khz', 1000],
  ],
  voltage: [['v volt', 1]],
  current: [['amp ampere', 1]],
};

const UNITS = new Map<string, Unit>();
for (const [dimension, rows] of Object.entries(TABLE)) {
  for (const [names, top, bottom = 1] of rows) {
    // A factor of 0 marks units that never convert: each is a dimension of its own.
    const unit =
      top === 0
        ? { dimension: names, factor: rational(1n) }
        : { dimension, factor: rational(BigInt(top), BigInt(bottom)) };
    for (const name of names.split(' ')) UNITS.set(name, unit);
  }
}

const lookUp = (word: string): Unit | undefined =>
  UNITS.get(word) ?? (word.length > 3 && word.endsWith('s') ? UNITS.get(word.slice(0, -1)) : undefined);

/** Whether a run of letters names a unit (or a percentage) and so is not a product of variables. */
export const isUnitWord = (word: string): boolean =>
  lookUp(word.toLowerCase()) !== undefined || isPercentWord(word) || /^(?:mph|kmh|kph)$/i.test(word);

export const isPercentWord = (word: string): boolean => /^(?:percent|percents|pct|percentage)$/i.test(word);

/**
 * The unit that words name (`square cm`, `inches^2`, `miles per hour`); undefined where no word is a unit: a counted noun
 * (`dogs`), which is not compared.
 */
export function unitOf(text: string): Unit | undefined {
  const words = text
    .toLowerCase()
    .replace(/pounds sterling/g, 'pounds-sterling')
    .replace(/\bmph\b/g, 'miles per hour')
    .replace(/\bkm\/h\b|\bkmh\b|\bkph\b/g, 'km per hour')
    .replace(/\bsq\b\.?/g, 'square')
    .replace(/\bcu\b\.?/g, 'cubic')
    .match(/[a-z-]+|\^|\/|[23]/g);
  if (!words) return undefined;
  let found: Unit | undefined;
  let pending = 1;
  let under = false;
  let last: { unit: Unit; power: number } | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === 'square' || word === 'squared') pending = 2;
    else if (word === 'cubic' || word === 'cubed') pending = 3;
    else if (word === 'per' || word === '/') under = true;
    if (word === 'squared' || word === 'cubed' || (word === '^' && /^[23]$/.test(words[i + 1] ?? ''))) {
      const power = word === 'squared' ? 2 : word === 'cubed' ? 3 : Number(words[i + 1]);
      if (last && found) found = combine(found, last.unit, power - last.power, under);
      pending = 1;
      continue;
    }
    const unit = lookUp(word);
    if (!unit || (word === 'in' && found)) continue;
    found = combine(found, unit, pending, under);
    last = { unit, power: pending };
    pending = 1;
  }
  return found;
}

function combine(sofar: Unit | undefined, unit: Unit, power: number, under: boolean): Unit {
  let { dimension, factor } = sofar ?? { dimension: '', factor: rational(1n) };
  for (let i = 0; i < power; i++) {
    dimension =
      dimension === '' ? `${under ? '/' : ''}${unit.dimension}` : `${dimension}${under ? '/' : '*'}${unit.dimension}`;
    factor = under
      ? rational(factor.n * unit.factor.d, factor.d * unit.factor.n)
      : rational(factor.n * unit.factor.n, factor.d * unit.factor.d);
  }
  return { dimension: dimension === 'length*length*length' ? 'volume-of-lengths' : dimension, factor };
}
