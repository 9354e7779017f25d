const MASK = '***';

/** Names that are secret wherever the word stands in them: PGPASSWORD, dbPasswordFile, x-api-key. */
const SECRET_PARTS =
  /password|passwd|passphrase|requirepass|secret|credential|apikey|accesskey|privatekey|connectionstring/;
/** Names that are secret when they end so; within a name these words say too little (`max_tokens`, `token_count`). */
const SECRET_ENDS = /(?:token|pwd|authorization|cookie|auth|dsn)$/;

/** Whether a field, setting, header or variable of this name holds a secret, in any spelling (`api_key`, `apiKey`, `API-KEY`). */
export function isSecretKey(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return SECRET_PARTS.test(plain) || SECRET_ENDS.test(plain);
}

// Each pattern takes in a whole run of characters at a time and never looks at one twice, so that hostile text of
// megabytes costs linear time; what is secret in the run is decided in code.

/** Up to a space, or to a quote or bracket that closes something: both may be part of a password. */
const RUN = String.raw`(?:\\.|[^\s"'<>\\]|["'<>\\](?![,}\])>:;\s]|$))`;
const URL_IN_TEXT = new RegExp(
  [
    // A web address, whose path may hold an @ that is no secret: its authority alone, …
    String.raw`((?:https?|wss?|ftp)://)([^\s/?#:@]*:(?!\d{1,5}(?:[/?#\s"'<>]|$))${RUN}*|[^\s/?#"'<>]*)`,
    // … and any other URL, of a database most likely: all of it, since a password may hold a slash that was not encoded.
    String.raw`(://)(${RUN}*)`,
  ].join('|'),
  'gi',
);
const ENCODED_URL_IN_TEXT = /(%3A%2F%2F)([^\s&"'<>]*)/gi;
const HEADER_IN_TEXT = /((?:authorization|cookie)["']?[ \t]{0,4}:[ \t]{0,4}["']?)[^\r\n"']+/gi;
const BEARER_IN_TEXT = /\b(bearer|basic)[ \t]{1,4}[\w.~+/=-]{8,}/gi;
const PAIR_IN_TEXT = new RegExp(
  [
    String.raw`(pass(?:word|wd|phrase)|requirepass|pwd|secret|credential|api[-_]?key|access[-_]?key|private[-_]?key|connection[-_]?string|token|auth|dsn)`,
    String.raw`([\w-]{0,40})(?![\w-])`,
    // In a query, in a DSN, in JSON, in YAML, as an argument of a command.
    String.raw`(\\?["']?\s{0,4}(?:=|:|%3D)\s{0,4}|(?=\s)(?<=--[\w-]{0,60})\s{1,4})`,
    String.raw`("(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|\\"[^"]*"?|${RUN}+)`,
  ].join(''),
  'gi',
);

/**
 * The text with what is secret in it replaced by `***`: user and password of URLs (also percent-encoded, also of
 * sockets), values of secret names in queries, DSNs, JSON, YAML, command lines and headers.
 * It masks too much rather than too little. It cannot know a secret that stands alone in a sentence: who holds one
 * keeps it out of texts.
 */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(
      URL_IN_TEXT,
      (url: string, web?: string, webRest?: string, other?: string, otherRest?: string) =>
        withoutUser(url, web ?? other ?? '', webRest ?? otherRest ?? '', '@'),
    )
    .replaceAll(ENCODED_URL_IN_TEXT, (url: string, start: string, rest: string) =>
      withoutUser(url, start, rest, '%40'),
    )
    .replaceAll(HEADER_IN_TEXT, `$1${MASK}`)
    .replaceAll(BEARER_IN_TEXT, `$1 ${MASK}`)
    .replaceAll(PAIR_IN_TEXT, (pair: string, word: string, rest: string, separator: string, value: string) =>
      isSecretKey(word + rest) ? `${word}${rest}${separator}${maskedValue(value)}` : pair,
    );
}

function withoutUser(url: string, start: string, rest: string, at: string): string {
  const end = rest.lastIndexOf(at);
  return end < 0 ? url : `${start}${MASK}${rest.slice(end)}`;
}

function maskedValue(value: string): string {
  const quote = /^(?:\\?["'])/.exec(value)?.[0] ?? '';
  return quote + MASK + (quote !== '' && value.length > quote.length && value.endsWith(quote) ? quote : '');
}
