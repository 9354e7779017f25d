/** What XML 1.0 has no way to write, and the control characters that it discourages: they steer terminals. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
const IN_ATTRIBUTE: Readonly<Record<string, string>> = { ...ENTITIES, '\t': '&#9;', '\n': '&#10;' };

/** Text as the content of an element; what XML can't hold is written as `\x1b`. */
export function xmlText(text: string): string {
  return writable(text).replace(/[&<>"\r]/g, (found) => ENTITIES[found]!);
}

/** Text as the value of an attribute, in which readers turn plain line breaks and tabs into blanks. */
function xmlAttribute(text: string): string {
  return writable(text).replace(/[&<>"\r\n\t]/g, (found) => IN_ATTRIBUTE[found]!);
}

/** ` name="value"` for each member that is there. */
export function xmlAttributes(members: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(members)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${xmlAttribute(String(value))}"`]))
    .join('');
}

function writable(text: string): string {
  return text.replace(UNWRITABLE, (found) => {
    const code = found.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
