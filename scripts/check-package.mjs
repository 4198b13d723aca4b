/**
 * Packs the package, installs the tarball into an empty folder and uses it there: the command line, and an import of every
 * sub-path. Plain JavaScript and Node's own modules only. Usage: node scripts/check-package.mjs FOLDER
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** What must be in the package beside the code, and the most it may weigh. */
const needed = [
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'assets/base/model.safetensors',
  'assets/export/reward.py',
  'assets/export/train.py',
  'dist/cli/main.js',
  'dist/ui/index.html',
  'docs/engine.md',
];
const maxMegabytes = 12;

const folder = resolve(process.argv[2] ?? '');
if (process.argv[2] === undefined) throw new Error('usage: node scripts/check-package.mjs FOLDER');
mkdirSync(folder, { recursive: true });

const npm = (args, cwd, env = {}) =>
  execFileSync('npm', args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const [packed] = JSON.parse(
  npm(['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder], '.'),
);
const files = new Set(packed.files.map((file) => file.path));
const tarball = join(folder, packed.filename);
const megabytes = statSync(tarball).size / 2 ** 20;
console.log(
  `${packed.filename}: ${files.size} files, ${megabytes.toFixed(1)} MB packed, ${(packed.unpackedSize / 2 ** 20).toFixed(1)} MB unpacked`,
);
for (const path of needed) if (!files.has(path)) throw new Error(`the package lacks ${path}`);
// What messages point to is there.
for (const path of files) {
  if (!/^dist\/.*\.js$/.test(path)) continue;
  for (const [cited] of readFileSync(path, 'utf8').matchAll(/\b(?:docs|examples)\/[\w-]+\.(?:md|ya?ml)\b/g)) {
    if (!files.has(cited)) throw new Error(`${path} points to ${cited}, which the package lacks`);
  }
}
for (const path of files) {
  if (/\.test\.|\/testing\/|^(src|scripts|runs|test|bench)\//.test(path)) throw new Error(`the package holds ${path}`);
}
if (megabytes > maxMegabytes)
  throw new Error(`the package weighs ${megabytes.toFixed(1)} MB, at most ${maxMegabytes} are allowed`);

const home = join(folder, 'empty');
mkdirSync(home, { recursive: true });
writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
// No install script has to run, and no host but the registry has to be reached: ONNX Runtime's script would fetch CUDA libraries.
const registry = npm(['config', 'get', 'registry'], home).trim();
const onlyRegistry = { NODE_OPTIONS: `--require=${resolve('scripts/only-registry.cjs')}`, ONLY_REGISTRY: registry };
npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', tarball], home, onlyRegistry);
const native = join(home, 'node_modules', 'onnxruntime-node', 'bin');
const cuda = readdirSync(native, { recursive: true }).filter((path) => String(path).includes('cuda'));
if (cuda.length > 0) throw new Error(`CUDA libraries were fetched: ${cuda.join(', ')}`);
console.log(`installed without scripts, no host but ${new URL(registry).hostname} reached`);

const cli = (...args) =>
  execFileSync(process.execPath, [join(home, 'node_modules', 'ra-rft', 'dist', 'cli', 'main.js'), ...args], {
    cwd: home,
    encoding: 'utf8',
  });
const { version, exports } = JSON.parse(readFileSync('package.json', 'utf8'));
if (cli('--version').trim() !== version) throw new Error('--version tells another version than package.json');
console.log(cli('doctor').trimEnd());
cli('run', '--quick', '--dry-run');
cli('init', 'config.yaml', '--preset', 'quick');
const verdict = JSON.parse(cli('verify', '--gold', '\\frac{1}{2}', '--answer', 'so \\boxed{0.5}'));
if (verdict.outcome !== 'match') throw new Error(`verify says ${JSON.stringify(verdict)}`);
console.log('command line: --version, doctor, run --dry-run, init, verify');

// A whole run, as small as it gets: worker modules and assets are found where the package is installed.
const smallest = [
  'rl.steps=1',
  'labels.maxQueries=12',
  'retriever.steps=20',
  'data.world.seenTests=4',
  'data.world.unseenTests=4',
  'eval.k=2',
];
cli('run', '--quick', '--quiet', ...smallest.flatMap((text) => ['--set', text]));
const { arms } = JSON.parse(readFileSync(join(home, 'runs', 'quick', 'summary.json'), 'utf8'));
console.log(`a run of one step: ${arms.length} results in summary.json`);

/** Sub-paths that are made for a library which is an optional peer: without it they name it, and the command says how to get it. */
const peers = { './mcp': '@modelcontextprotocol/sdk', './langchain': '@langchain/core', './mastra': '@mastra/core' };

/** Imports a sub-path in a process of its own, which nothing else has loaded anything into. */
async function importOf(path) {
  const name = path.replace(/^\./, 'ra-rft');
  const code = `const module = await import(${JSON.stringify(name)}); console.log(Object.keys(module).length);`;
  const peer = peers[path];
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: home });
  if (peer !== undefined) {
    const said = await run.then(
      () => 'it is there',
      ({ stderr }) => stderr,
    );
    if (!said.includes(`Cannot find package '${peer}'`)) throw new Error(`${name} without ${peer}: ${said}`);
    return `import ${name}: wants ${peer}`;
  }
  const { stdout } = await run;
  const names = stdout.trim();
  if (names === '0') throw new Error(`${name} exports nothing`);
  return `import ${name}: ${names} names`;
}
const paths = Object.keys(exports).filter((path) => path !== './package.json');
console.log((await Promise.all(paths.map(importOf))).join('\n'));
const asked = spawnSync(
  process.execPath,
  [join(home, 'node_modules', 'ra-rft', 'dist', 'cli', 'main.js'), 'mcp', '--retriever', 'nowhere'],
  { cwd: home, encoding: 'utf8' },
);
if (asked.status !== 2 || !asked.stderr.includes(`npm install ${peers['./mcp']}`))
  throw new Error(`mcp without its library: ${asked.status} ${asked.stderr}`);
