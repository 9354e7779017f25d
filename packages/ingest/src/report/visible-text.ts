/**
 * Control characters, and marks that turn the direction of text: a terminal obeys them, a reader does not see them.
 * Line breaks are among them, so that a name can't begin a line of its own.
 */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** `text` on one line, with everything that could steer a terminal written as a visible escape. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (found) => {
    if (found === '\n') return '⏎';
    if (found === '\t') return ' ';
    const code = found.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
