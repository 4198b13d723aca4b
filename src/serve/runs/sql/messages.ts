/** What is said of a query that takes too long or too much. */

export const tooLong = (queryMs: number): string => `the query was ended after ${queryMs / 1000} seconds`;

export const tooMuch = (megabytes: number): string =>
  `the query was ended: it took more than ${megabytes} MB of memory`;
