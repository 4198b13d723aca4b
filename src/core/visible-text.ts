/** Texts of data (problems, traces, responses, names) where people read them. */

/** Control characters but line breaks and tabs, and those that turn letters around whatever their script. */
const HIDDEN = /[^\P{Cc}\n\t]|[\u202D\u202E]/gu;

/**
 * The text with every character written out that would do something and show nothing (`\u001b`): on a terminal it would move the cursor,
 * clear the screen or set a colour or a title. JSON stays the JSON it is. Line breaks of Windows become plain ones.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(HIDDEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
