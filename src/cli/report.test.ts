import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeSampleRun } from '../report/testing/sample-run.js';
import { raRft } from './testing/ra-rft.js';

it('says where the report is, so that it is found from here: absolute as the run was named, or relative', async () => {
  const folder = await temporaryFolder();
  const root = join(folder, 'a run');
  await writeSampleRun(root);
  const here = relative(process.cwd(), root);
  for (const [named, ...options] of [[root], [here], ['a run', '--runs', relative(process.cwd(), folder)]] as [
    string,
    ...string[],
  ][]) {
    const { code, out } = await raRft('report', named, ...options);
    const paths = /^report: (.+report\.html)\n {8}(.+report\.md)\n$/m.exec(out)?.slice(1) ?? [];
    expect([code, paths.map((path) => resolve(path))]).toEqual([
      0,
      [join(root, 'report.html'), join(root, 'report.md')],
    ]);
    for (const path of paths)
      expect([existsSync(path), isAbsolute(path)]).toEqual([true, isAbsolute(options[1] ?? named)]);
  }
});
