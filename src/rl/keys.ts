/** The keys of curricula, part of the section rl. */
import { z } from 'zod';
import { count, key } from '../config/schema-fields.js';

export const curriculumKeys = {
  curriculum: key(
    z.enum(['none', 'easy-first']).default('none'),
    'Order of the problems within an epoch: at random, or the easiest first, by the measured success of the policy that the arms start from; those never solved come after all others but those always solved, which come last.',
  ),
  curriculumSamples: count(1, 8, 'Responses by which the difficulty of a problem is measured.', 'responses'),
};
