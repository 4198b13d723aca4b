/** The model that a server has, and how long its sequences may be. */
import { RaRftError } from '../../core/errors.js';
import { parseJson } from '../../core/http/text.js';
import type { Transport } from '../../llm/transport.js';

/** The server's window for a model, where it tells one. Throws `engine` where it lists its models and this is none of them. */
export async function servedWindow(transport: Pick<Transport, 'get'>, model: string): Promise<number | undefined> {
  const result = await transport.get('/models');
  // What is wrong with the server says the first call, better.
  const body = result.kind === 'answer' && result.status === 200 ? parseJson(result.text) : undefined;
  const { data } = (body ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return undefined;
  const listed = data as ({ id?: unknown; max_model_len?: unknown } | null)[];
  const found = listed.find((item) => item?.id === model);
  if (!found)
    throw new RaRftError({
      code: 'engine',
      message: `the server does not serve ${model}`,
      where: 'engine.model',
      expected: listed.map((item) => String(item?.id)).join(', ') || 'a model',
    });
  const window = found.max_model_len;
  return typeof window === 'number' && window > 1 ? window : undefined;
}
