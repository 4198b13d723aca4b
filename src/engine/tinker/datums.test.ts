import { describe, expect, it } from 'vitest';
import { protobufWire } from '../../tinker/wire/protobuf.js';
import { foretold, inGroups, filled, lessonDatums, scoring, silent, type Lesson } from './datums.js';
import { reductions } from './reduction.js';

const prompt = Int32Array.of(7, 8, 9);
const lesson = (response: number[], slopes: number[], logprobs: number[]): Lesson => ({
  ...foretold(prompt, Int32Array.from(response)),
  slopes: Float32Array.from(slopes),
  logprobs: Float32Array.from([0, 0, ...logprobs]),
});
/** Slopes and log-probabilities that float32 holds exactly. */
const lessons = [lesson([4, 5], [-0.5, 0.25], [-1, -2]), lesson([6], [0.125], [-0.5])];

describe('a response as a datum', () => {
  it('is read up to its last token, and foretold from the second', () => {
    const { tokens, lossFnInputs } = scoring([foretold(prompt, Int32Array.of(4, 5))], 1).data[0]!;
    expect([...tokens]).toEqual([7, 8, 9, 4]);
    expect(lossFnInputs).toEqual({ targetTokens: Int32Array.of(8, 9, 4, 5) });
  });

  it('has advantages of minus its slopes where the server sums, and 0 in the prompt', () => {
    expect(lessonDatums(lessons, reductions.sum)).toEqual([
      {
        tokens: Int32Array.of(7, 8, 9, 4),
        lossFnInputs: {
          targetTokens: Int32Array.of(8, 9, 4, 5),
          logprobs: Float32Array.of(0, 0, -1, -2),
          advantages: Float32Array.of(0, 0, 0.5, -0.25),
        },
      },
      {
        tokens: Int32Array.of(7, 8, 9),
        lossFnInputs: {
          targetTokens: Int32Array.of(8, 9, 6),
          logprobs: Float32Array.of(0, 0, -0.5),
          advantages: Float32Array.of(0, 0, -0.125),
        },
      },
    ]);
  });

  it('undoes means over a sequence (2 and 1 tokens) and over the datums (2)', () => {
    const inputs = lessonDatums(lessons, reductions.mean).map(({ lossFnInputs }) => lossFnInputs);
    expect(inputs.map(({ advantages }) => [...advantages!])).toEqual([
      [0, 0, 2, -1],
      [0, 0, -0.25],
    ]);
    expect(inputs.map(({ weights }) => [...weights!])).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1],
    ]);
  });

  it('has others beside it that teach nothing, up to a multiple, over which means are taken too', () => {
    const four = lessonDatums(filled(lessons, 4, silent), reductions.mean);
    expect(four.map(({ tokens }) => [...tokens])).toEqual([[7, 8, 9, 4], [7, 8, 9], [7], [7]]);
    // The gradient is a sum over datums, divided by 4 where it was divided by 2.
    expect(four.map(({ lossFnInputs: { advantages } }) => advantages!.map((a) => a / 4))).toEqual([
      ...lessonDatums(lessons, reductions.mean).map(({ lossFnInputs: { advantages } }) =>
        advantages!.map((a) => a / 2),
      ),
      Float32Array.of(-0),
      Float32Array.of(-0),
    ]);
    expect(filled(lessons, 2, silent)).toEqual(lessons);
    expect(filled([], 4, silent)).toEqual([]);
    expect(scoring(lessons, 3).data.map(({ lossFnInputs }) => [...lossFnInputs.targetTokens])).toEqual([
      [8, 9, 4, 5],
      [8, 9, 6],
      [8],
    ]);
  });

  it('goes over the wire as these bytes', () => {
    const request = { data: lessonDatums(lessons.slice(1), reductions.sum), lossFn: 'importance_sampling' };
    const { body } = protobufWire.writeForward({ modelId: 'm', seqId: 3, request, forwardOnly: false });
    const tensor = (name: string, data: string, dtype: string) => {
      const value = `0a${byteLength(data)}${data}18${dtype}220103`;
      const entry = `0a${byteLength(hexOf(name))}${hexOf(name)}12${byteLength(value)}${value}`;
      return `12${byteLength(entry)}${entry}`;
    };
    const datum = [
      '0a100a0e0a0c070000000800000009000000', // tokens 7 8 9
      tensor('target_tokens', '080000000000000009000000000000000600000000000000', '02'),
      tensor('logprobs', '0000000000000000000000bf', '01'), // 0 0 -0.5
      tensor('advantages', '0000000000000000000000be', '01'), // 0 0 -0.125
    ].join('');
    const long = datum.length / 2;
    const length = Buffer.from([(long & 0x7f) | 0x80, long >> 7]).toString('hex');
    const expected = `0a016d10031a${length}${datum}2213${hexOf('importance_sampling')}`;
    expect(Buffer.from(body as Uint8Array).toString('hex')).toBe(expected);
  });
});

it('puts scores back into the shape of groups, with nothing for responses of no tokens', () => {
  const groups = [
    { prompt, responses: [Int32Array.of(1), new Int32Array()] },
    { prompt, responses: [] },
    { prompt, responses: [Int32Array.of(2, 3)] },
  ];
  const [a, b] = [Float32Array.of(-1), Float32Array.of(-2, -3)];
  expect(inGroups(groups, [a, b])).toEqual([[a, new Float32Array()], [], [b]]);
});

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** Of so many hexadecimal digits, below 128. */
function byteLength(hex: string): string {
  return (hex.length / 2).toString(16).padStart(2, '0');
}
