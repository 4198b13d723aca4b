/** Chat messages where a text is looked for: the user's as a question, the assistant's as an answer or solution. */

interface Message {
  role: string;
  text: string;
}

/** What a list of messages says for a field, or why it says nothing. Undefined where it is no list of messages. */
export function chatText(value: unknown, key: string): { text: string } | { wrong: string } | undefined {
  const messages = messagesOf(value);
  if (!messages) return undefined;
  const wanted = key === 'question' ? 'user' : 'assistant';
  const found = messages.filter(({ role }) => role === wanted);
  if (found.length === 1) return { text: found[0]!.text.trim() };
  if (found.length === 0) return { wrong: `a chat without a message of the ${wanted}` };
  return { wrong: `a chat of ${found.length} messages of the ${wanted}` };
}

/** The system message of a chat, which is no part of the question; undefined where there is none. */
export function systemText(value: unknown): string | undefined {
  return messagesOf(value)?.find(({ role }) => role === 'system')?.text;
}

function messagesOf(value: unknown): Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages = value.map(messageOf);
  return messages.every((message) => message !== undefined) ? messages : undefined;
}

/** `{ role, content }`, its content a text or a list of texts; `{ from, value }` as ShareGPT has it. */
function messageOf(value: unknown): Message | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { role, content, from, value: said } = value as Record<string, unknown>;
  if (typeof role === 'string') {
    const text = typeof content === 'string' ? content : textOfParts(content);
    return text === undefined ? undefined : { role, text };
  }
  if (typeof from !== 'string' || typeof said !== 'string') return undefined;
  return { role: { human: 'user', gpt: 'assistant' }[from] ?? from, text: said };
}

function textOfParts(content: unknown): string | undefined {
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => {
    const { text } = (part ?? {}) as Record<string, unknown>;
    return typeof text === 'string' ? text : undefined;
  });
  return texts.every((text) => text !== undefined) ? texts.join('\n') : undefined;
}
