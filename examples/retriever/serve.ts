/** From labelled pairs to a served search. `npx tsx serve.ts`, then http://localhost:8080/?q=How+many+are+left */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Retriever } from 'ra-rft/retriever';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const retriever = await Retriever.train({ labels: here('labels.jsonl'), corpus: here('traces.jsonl') });
console.log('on questions that it never saw:', retriever.report?.grade);
createServer((request, response) => {
  const question = new URL(request.url ?? '/', 'http://localhost').searchParams.get('q') ?? '';
  retriever.search(question, { k: 3 }).then(
    (hits) => response.end(JSON.stringify(hits)),
    (error: unknown) => response.writeHead(400).end(String(error)),
  );
}).listen(Number(process.argv[2] ?? 8080), () => console.log('ready'));
