/** What only one place may do, because doing it elsewhere goes wrong in silence. Prints every breach with its line; exit code 1 if there is one. */
import { pathToFileURL } from 'node:url';
import { sourceFiles, withoutComments, type SourceFile } from './source-files.js';

interface Gate {
  /** What is looked for in a file without its comments. */
  pattern: RegExp;
  /** Files, or folders that end in a slash, that may. */
  allowed: readonly string[];
  why: string;
}

const gates: readonly Gate[] = [
  {
    pattern: /(?:\bfrom|\bimport|\brequire|\bresolve)\s*\(?\s*(['"])onnxruntime-(?:node|common)(?:\/[^'"]*)?\1/g,
    allowed: ['src/tensor/onnx-runtime.ts'],
    why: 'ONNX Runtime sends telemetry unless it is loaded through src/tensor/onnx-runtime.ts',
  },
  {
    pattern: /\bprocess\.env\b/g,
    allowed: ['src/config/'],
    why: 'the environment is read in src/config only',
  },
  {
    pattern:
      /(?<![\w.$])fetch\s*\(|\bglobalThis\.fetch\b|(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(?:(?:node:)?(?:https?2?|net|tls)|undici)\1/g,
    allowed: ['src/core/http/client.ts', 'src/data/hub.ts', 'src/serve/http/listen.ts'],
    why: 'a call over the network has a deadline of its own; go through src/core/http/client.ts or src/data/hub.ts',
  },
  {
    pattern: /\bprocess\.std(?:out|err)\b|\bconsole\.\w+|\bstreams\.(?:out|err)\b/g,
    allowed: ['src/cli/main.ts', 'src/cli/program.ts', 'src/cli/command-line.ts'],
    why: 'texts of data may hold what terminals obey; print through the context of src/cli/program.ts, which writes it out',
  },
  {
    pattern: /\bAbortSignal\.(?:timeout|any)\b/g,
    allowed: [],
    why: 'Node holds these signals weakly and has lost them; use withDeadline of src/core/deadline.ts',
  },
];

/** What breaks the rules, one text each. Tests may do what they like. */
export function gateBreaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    if (/\.test\.ts$|\/testing(\/|\.ts$)/.test(file.path)) return [];
    const text = withoutComments(file.text);
    return gates.flatMap(({ pattern, allowed, why }) => {
      if (allowed.some((place) => (place.endsWith('/') ? file.path.startsWith(place) : file.path === place))) return [];
      return [...text.matchAll(pattern)].map((match) => {
        return `${file.path}:${text.slice(0, match.index).split('\n').length}: ${match[0].trim()}: ${why}`;
      });
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = sourceFiles('.', ['src']);
  const breaches = gateBreaches(files);
  for (const breach of breaches) console.error(breach);
  console.log(`gates: ${files.length} files, ${breaches.length} breaches`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
