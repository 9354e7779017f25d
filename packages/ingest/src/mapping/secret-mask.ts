import type { JsonObject, JsonValue } from '@test-coordinator/domain';

export const MASK = '***';

const SECRET_WORDS =
  'pass(?:word|wd|phrase)|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|authorization|credential|cookie';
const SECRET_KEY = new RegExp(SECRET_WORDS, 'i');

/** A value as it may follow a key in text: JSON inside a text, quoted, or bare up to the next separator. */
const VALUE = String.raw`\\"[^"\\]{0,4096}\\"|"(?:[^"\\]|\\.){0,4096}"|'[^']{0,4096}'|[^\s&;,"'<>})\]]{1,4096}`;

/**
 * Each pattern with what stands for the secret. The order matters: an authorization header goes before `key: value`,
 * which would take its scheme for the value. Every repeat is bounded, so that hostile text can't make matching quadratic.
 */
const TEXT_PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,8192}?(?:-----END [A-Z ]{0,40}-----|$)/g, MASK],
  // user:password@ where the password holds raw / ? # or @; what looks like a port does not count as one.
  [
    /(\b[a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/:@"'<>]{0,200}:(?!\d{1,5}(?:[/?#,]|$))[^\s"'<>]{0,1000}@/gi,
    `$1${MASK}@`,
  ],
  [/(\b[a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/?#"'<>]{1,1000}@/gi, `$1${MASK}@`],
  [/[\w.%-]{1,200}:[^\s@/]{1,500}@(tcp|unix)\(/gi, `${MASK}@$1(`],
  [
    new RegExp(
      String.raw`(authorization\\?["']?\s{0,3}[=:]\s{0,3}\\?["']?)(?:[a-z]{1,20} )?[^\s"'\\,;]{1,4096}`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/\b(Bearer )\s{0,3}[\w.~+/=-]{8,4096}/gi, `$1${MASK}`],
  [
    new RegExp(
      String.raw`(\bname\s{0,3}=\s{0,3}["'][^"']{0,200}(?:${SECRET_WORDS})[^"']{0,200}["']\s{1,3}value\s{0,3}=\s{0,3})("[^"]{0,4096}"|'[^']{0,4096}')`,
      'gi',
    ),
    `$1"${MASK}"`,
  ],
  [new RegExp(String.raw`(<[\w.:-]{0,60}(?:${SECRET_WORDS})[\w.:-]{0,60}>)[^<]{1,4096}`, 'gi'), `$1${MASK}`],
  [
    new RegExp(String.raw`((?:${SECRET_WORDS})[\w.-]{0,60}\\?["']?\s{0,3}[=:]\s{0,3})(?:${VALUE})`, 'gi'),
    `$1${MASK}`,
  ],
  [new RegExp(String.raw`(\bpass=)(?:${VALUE})`, 'gi'), `$1${MASK}`],
  [
    new RegExp(String.raw`(--?[\w-]{0,40}(?:${SECRET_WORDS})[\w-]{0,40}\s{1,3})(?!-)(?:${VALUE})`, 'gi'),
    `$1${MASK}`,
  ],
  [/(\s(?:-u|--user)[ =])[^\s:]{0,200}:\S{1,1000}/g, `$1${MASK}`],
  [/(\bredis-cli\b[^\n]{0,200}? -a )\S{1,1000}/g, `$1${MASK}`],
  [/\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,255}|\beyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]{0,4096}/g, MASK],
];
/** No pattern above matches a text without one of these. */
const MAY_HOLD_SECRET = /[=:@]|-----|\s-|AKIA|gh[pousr]_|eyJ|<[^/]/;

/** Free text with what looks like a secret masked: URLs and DSNs with credentials, `key=value` pairs, headers, flags, keys. */
export function maskText(text: string): string {
  if (!MAY_HOLD_SECRET.test(text)) return text;
  return TEXT_PATTERNS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

/**
 * A document with its secrets masked: what stands under keys like password or token, `secrets` sections whole, the
 * `value` of name–value pairs with such a name, flags in argument lists, `${…}` places, and credentials inside texts.
 */
export function maskSecrets(value: JsonObject): JsonObject;
export function maskSecrets(value: JsonValue): JsonValue;
export function maskSecrets(value: JsonValue): JsonValue {
  if (typeof value === 'string') return maskText(value.replace(/\$\{[^{}]{0,200}\}/g, `\${${MASK}}`));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return maskedList(value as readonly JsonValue[]);
  return maskedObject(value as JsonObject);
}

function maskedObject(object: JsonObject): JsonObject {
  const named = object['name'] ?? object['key'];
  const valueIsSecret = typeof named === 'string' && SECRET_KEY.test(named);
  const masked: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(object)) {
    const secret = SECRET_KEY.test(key) || (key === 'value' && valueIsSecret);
    masked[key] = secret ? hidden(member) : maskSecrets(member);
  }
  return masked;
}

/** Whether something is there stays visible; what it is does not. */
function hidden(value: JsonValue): JsonValue {
  return value === null || typeof value === 'boolean' ? value : MASK;
}

function maskedList(list: readonly JsonValue[]): JsonValue {
  return list.map((item, index) => {
    const before = list[index - 1];
    const follows = typeof before === 'string' && /^--?[\w-]+$/.test(before) && SECRET_KEY.test(before);
    return follows ? hidden(item) : maskSecrets(item);
  });
}
