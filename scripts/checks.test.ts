import { describe, expect, it } from 'vitest';
import { maxLines, tooLong } from './check-file-size.js';
import { gateBreaches } from './check-gates.js';
import { layerBreaches } from './check-layers.js';
import { relativeLinks } from './check-links.js';
import { importsOf } from './source-files.js';

const file = (path: string, ...lines: string[]) => ({ path, text: lines.join('\n') });

describe('importsOf', () => {
  it('finds static, type-only, dynamic and worker imports with their lines, and no comments or packages', () => {
    const found = importsOf(
      file(
        'src/rl/loop.ts',
        "import { a } from '../core/a.js';",
        '// import { b } from "../core/b.js";',
        "/* from '../core/c.js' */ import type { D } from './d.js';",
        "const text = '// not a comment'; const e = await import('../data/e.js');",
        "new WorkerClient(new URL('./x-worker.js', import.meta.url));",
        "import { z } from 'zod'; export * from '../../outside.js';",
      ),
    );
    expect(found.map((edge) => [edge.to, edge.line])).toEqual([
      ['src/core/a.ts', 1],
      ['src/rl/d.ts', 3],
      ['src/data/e.ts', 4],
      ['src/rl/x-worker.ts', 5],
      ['outside.ts', 6],
    ]);
  });
});

describe('gateBreaches', () => {
  const breach = (line: string, path = 'src/rl/a.ts') => gateBreaches([file(path, '', line)]).length;

  it.each([
    "import * as ort from 'onnxruntime-node';",
    "const ort = await import('onnxruntime-node');",
    'const ort = require("onnxruntime-node");',
    "import { env } from 'onnxruntime-common';",
    'const key = process.env.KEY;',
    'await fetch(url);',
    'await globalThis.fetch(url);',
    "import { request } from 'node:https';",
    "import { Agent } from 'undici';",
    'const signal = AbortSignal.timeout(5);',
  ])('refuses %s', (line) => expect(breach(line)).toBe(1));

  it('lets the places do it that are there for it, and tests', () => {
    expect(breach("import('onnxruntime-node')", 'src/tensor/onnx-runtime.ts')).toBe(0);
    expect(breach('process.env.KEY', 'src/config/environment.ts')).toBe(0);
    expect(breach('await fetch(url)', 'src/rl/a.test.ts')).toBe(0);
    expect(breach('// await fetch(url)')).toBe(0);
    expect(breach('listFiles({ fetch }); connection.fetch(url); prefetch(url);')).toBe(0);
  });

  it('says where and why', () => {
    expect(gateBreaches([file('src/rl/a.ts', '', 'x = process.env.A')])).toEqual([
      'src/rl/a.ts:2: process.env: the environment is read in src/config only',
    ]);
  });
});

describe('layerBreaches', () => {
  it('lets imports point downwards and within a folder', () => {
    const files = [
      file('src/rl/a.ts', "import '../core/x.js';", "import './b.js';"),
      file('src/rl/b.ts'),
      file('src/index.ts', "import './rl/a.js';"),
    ];
    expect(layerBreaches(files)).toEqual([]);
  });

  it('names an upward import with its line, also one of a type', () => {
    const files = [file('src/core/x.ts', '', "import type { A } from '../rl/a.js';")];
    expect(layerBreaches(files)).toEqual(['src/core/x.ts:2: imports src/rl/a.ts, which is above it (core < rl)']);
  });

  it('lets nothing but the top import the top', () => {
    expect(layerBreaches([file('src/cli/a.ts', "import '../index.js';")])).toHaveLength(1);
  });

  it('finds cycles of any length, once each', () => {
    const files = [
      file('src/rl/a.ts', "import './b.js';"),
      file('src/rl/b.ts', "import './c.js';"),
      file('src/rl/c.ts', "import './a.js';"),
    ];
    expect(layerBreaches(files)).toEqual(['cycle: src/rl/a.ts -> src/rl/b.ts -> src/rl/c.ts -> src/rl/a.ts']);
  });

  it('refuses folders without a layer, and shipped code that needs test code', () => {
    expect(layerBreaches([file('src/misc/a.ts')])).toEqual([expect.stringContaining('src/misc: no layer')]);
    const files = [
      file('src/rl/a.ts', "import './testing/fake.js';"),
      file('src/rl/a.test.ts', "import './testing/fake.js';"),
    ];
    expect(layerBreaches(files)).toEqual(['src/rl/a.ts:1: imports src/rl/testing/fake.ts, which is test code']);
  });
});

describe('tooLong', () => {
  it('counts lines whether or not the last one ends', () => {
    const lines = (n: number, end: string) => Array.from({ length: n }, () => 'x').join('\n') + end;
    const files = [
      file('a.ts', lines(maxLines, '\n')),
      file('b.ts', lines(maxLines, '')),
      file('c.ts', lines(maxLines + 1, '\n')),
    ];
    expect(tooLong(files)).toEqual([{ path: 'c.ts', lines: maxLines + 1 }]);
    expect(tooLong([file('empty.ts')])).toEqual([]);
  });
});

describe('relativeLinks', () => {
  it('finds links to files, not to sites, anchors or in code', () => {
    const page =
      'See [a](docs/a.md#part) and [b](../b), not [c](https://c.org), [d](#d) or `[e](e.md)`.\n```\n[f](f.md)\n```\n';
    expect(relativeLinks(page)).toEqual(['docs/a.md', '../b']);
  });
});
