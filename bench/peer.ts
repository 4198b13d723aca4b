/** Pythons with the packages that ours is measured beside. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The Python if the package is installed there; says so where not. */
export async function withPackage(
  python: string | undefined,
  distribution: string,
  name: string,
): Promise<string | undefined> {
  if (python === undefined) {
    console.error(`left out: ${name}; --peers names a Python that has it (bench/torch/README.md)`);
    return undefined;
  }
  try {
    await promisify(execFile)(python, [
      '-c',
      `import importlib.metadata; importlib.metadata.version('${distribution}')`,
    ]);
    return python;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-1);
    console.error(
      `left out: ${name}; ${python}: ${reason}; bench/torch/requirements.txt (PyLate: requirements-retriever.txt) is what it needs`,
    );
    return undefined;
  }
}
