/**
 * Counts the work of a judgement, so that what is too costly is decided by the texts alone and never by how fast or busy
 * the machine is. A unit is about 10 nanoseconds of work on a machine of 2024; costs are computed from sizes, with nothing
 * but arithmetic that is the same everywhere. What a cache saves is counted all the same: no verdict depends on what was
 * judged before.
 */

/** Work that one judgement may take: some tenths of a second. The known cases take a hundredth of it at most. */
export const JUDGEMENT_BUDGET = 40_000_000;

/** Work that a gold answer compared with itself may take: it is worked out twice, a right answer's share included. */
export const GOLD_BUDGET = JUDGEMENT_BUDGET / 2;

/** Thrown where a judgement has used up its budget. No part of the verifier catches it but {@link withinBudget}. */
export class TooCostly extends Error {}

interface Meter {
  spent: number;
  readonly limit: number;
}

/**
 * The meter of the judgement that is running; none outside of one. A judgement runs in one go from start to end, so this
 * is only ever set below a call of {@link withinBudget} on the stack: a parameter that is not passed through every function.
 */
let running: Meter | undefined;

/** Counts some work. Throws {@link TooCostly} where it exceeds what is left to the judgement that is running. */
export function spend(units: number): void {
  if (running && (running.spent += units) > running.limit) throw new TooCostly('the budget of work is used up');
}

/** What became of work under a budget: its result, or that it was too much. */
export type Metered<T> = { value: T; spent: number } | { spent: undefined };

/** Runs work that may spend so many units. Inside other such work it has a budget of its own, and counts for the other too. */
export function withinBudget<T>(limit: number, work: () => T): Metered<T> {
  const outer = running;
  const meter: Meter = { spent: 0, limit };
  running = meter;
  try {
    const value = work();
    return { value, spent: meter.spent };
  } catch (error) {
    if (error instanceof TooCostly) return { spent: undefined };
    throw error;
  } finally {
    running = outer;
    if (outer) outer.spent += Math.min(meter.spent, limit);
  }
}

/** Multiplying two integers of so many bits, or dividing by one of them. */
export function productCost(bits: number, other = bits): number {
  const [long, short] = bits > other ? [bits, other] : [other, bits];
  return 4 + 2 * (long / 64 + 1) * Math.sqrt(short / 64 + 1);
}

/** The greatest common divisor of two integers, the shorter of so many bits: Euclid's steps, each along its length. */
export function divisorCost(bits: number): number {
  const words = bits / 64 + 1;
  return 4 + 0.6 * bits * (14 + words * (words < 57 ? 0.3 : 1.8));
}

/** The integer square root: Newton's steps, which double the digits, each a division. */
export const squareRootCost = (bits: number): number => (34 - Math.clz32(bits)) * 2.5 * productCost(bits / 2);

/** A series of so many terms in integers of so many bits. */
export const seriesCost = (terms: number, bits: number): number => (terms + 4) * (productCost(bits) + 4);

/** A constant such as pi to so many bits: as many terms as a third of the bits, each a division by a small number. */
export const constantCost = (bits: number): number => (bits / 3) * (15 + bits / 192);
