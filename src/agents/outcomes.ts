/** What became of examples that were used, a line each, in the form of labels: the next training of the retriever reads them. */
import { JsonlWriter } from '../core/jsonl.js';

/** A problem, the example that was shown with it, and whether that solved it. */
export interface Outcome {
  question: string;
  traceId: string;
  relevant: boolean;
}

/** A file of labels that grows; what a crash tore is cut when it is opened again. */
export class OutcomeLog {
  private readonly writer: JsonlWriter;

  private constructor(writer: JsonlWriter) {
    this.writer = writer;
  }

  static async open(file: string): Promise<OutcomeLog> {
    return new OutcomeLog(await JsonlWriter.open(file));
  }

  report({ question, traceId, relevant }: Outcome): Promise<void> {
    return this.writer.append({ question, traceId, relevant });
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}
