/** A module for tests of `runProcess`: does what the first line of its input says. */
import { text } from 'node:stream/consumers';

const [order, ...rest] = (await text(process.stdin)).split('\n');
if (order === 'echo') process.stdout.write(rest.join('\n'));
if (order === 'environment') process.stdout.write(JSON.stringify(Object.keys(process.env)));
if (order === 'shout') for (;;) process.stdout.write('x'.repeat(10_000));
if (order === 'hang') for (;;);
if (order === 'fail') throw new Error('it failed');
