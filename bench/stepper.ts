/** A process that makes a step of work whenever it is told to, so that ours and a peer can take turns in one run. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
/**
 * The process speaks in lines: it is given the work as JSON, answers `{"ready": true}` after a step that warmed it up, and then for
 * every empty line makes one step and answers what it took. It ends where its input does.
 */
export class Stepper<Work, Seconds> {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly closed: Promise<string>;
  private readonly command: string;

  constructor(program: string, args: readonly string[]) {
    this.command = [program, ...args].join(' ');
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.closed = new Promise((resolve) => {
      this.child.on('error', ({ message }) => resolve(message));
      this.child.on('close', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
    });
    this.child.stdin.on('error', () => {}); // The process is gone: the missing answer says so.
    this.child.stderr.pipe(process.stderr, { end: false });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Builds the model and makes the step that warms up. Throws where the process ends instead. */
  async start(work: Work): Promise<void> {
    await this.ask(JSON.stringify(work));
  }

  async step(): Promise<Seconds> {
    return (await this.ask('')) as Seconds;
  }

  /** Lets the process end, and waits for it. */
  async end(): Promise<void> {
    this.child.stdin.end();
    await this.closed;
  }

  private async ask(line: string): Promise<unknown> {
    this.child.stdin.write(`${line}\n`);
    const answer = await this.answers.next();
    if (answer.done !== true) return JSON.parse(answer.value) as unknown;
    throw new Error(`${this.command}: ${await this.closed}`);
  }
}
