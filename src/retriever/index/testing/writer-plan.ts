/** What the process of index-writer.ts leaves when it has ended. */
import { SPEC_DEFAULTS } from '../../encode/spec.js';
import type { IndexKey } from '../store/header.js';
import type { IndexDocument } from '../types.js';
import { someDocuments } from './documents.js';

export const WRITER_KEY: IndexKey = { encoderHash: 'abc', dim: 8, normalisation: 'l2', spec: SPEC_DEFAULTS };
export const WRITER_BATCH = 5;

export function writerDocuments(): IndexDocument[] {
  return someDocuments(60, WRITER_KEY.dim);
}
