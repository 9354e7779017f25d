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
/** An apostrophe ends no URL: encoders leave it in a password as it is. */
const URL_RUN = String.raw`(?:\\.|[^\s"<>\\]|["<>\\](?![,}\])>:;\s]|$))`;
const URL_IN_TEXT = new RegExp(
  [
    // A web address, whose path may hold an @ that is no secret: its authority alone, …
    String.raw`((?:https?|wss?|ftp)://)([^\s/?#:@]*:(?!\d{1,5}(?:[/?#\s"'<>]|$))${URL_RUN}*|[^\s/?#"<>]*)`,
    // … and any other URL, of a database most likely: all of it, since a password may hold a slash that was not encoded.
    String.raw`(://)(${URL_RUN}*)`,
  ].join('|'),
  'gi',
);
const ENCODED_URL_IN_TEXT = /(%3A%2F%2F)([^\s&"'<>]*)/gi;
const HEADER_IN_TEXT = /((?:authorization|cookie)["']?[ \t]{0,4}:[ \t]{0,4}["']?)[^\r\n"']+/gi;
const BEARER_IN_TEXT = /\b(bearer|basic)[ \t]{1,4}[\w.~+/=-]{8,}/gi;
/** Keys that are known by their looks: PEM, AWS, GitHub, JSON Web Tokens, and our own. */
const KEY_IN_TEXT =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^-]|-(?!----))*(?:-----END [A-Z ]{0,40}-----)?|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\btck_[0-9a-f]{12}_[\w-]{8,}|(?<![\w.-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** `user:password@tcp(host)` of Go's drivers; the user of curl; the password of redis-cli. */
const GO_DSN_IN_TEXT = /(?<![^\s"'<>])[^\s"'<>]+@(?=(?:tcp|unix)\()/gi;
const OPTION_IN_TEXT = /(\s(?:-u|--user)[ =][^\s:]{0,200}:|\bredis-cli\b[^\n]{0,200}? -a )\S+/g;
/** The member of a name–value pair, and the text of an XML element, whose name is secret. */
const NAMED_VALUE_IN_TEXT =
  /(\bname["']?\s{0,4}[=:]\s{0,4}["'])([^"'\n]{1,100})(["']\s{0,4},?\s{0,40}["']?value["']?\s{0,4}[=:]\s{0,4})("[^"]*"?|'[^']*'?|[^\s"']+)/gi;
const ELEMENT_IN_TEXT = /(<([\w.:-]{1,100})>)[^<]+/g;
/** An object, three levels deep or cut off. Nothing follows it in a pattern, so what it takes in is never tried another way. */
const NESTED = String.raw`\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\}?)*\}?)*\}?`;
const PAIR_IN_TEXT = new RegExp(
  [
    String.raw`(pass(?:word|wd|phrase)|requirepass|pwd|secret|credential|api[-_]?key|access[-_]?key|private[-_]?key|connection[-_]?string|token|auth|dsn)`,
    String.raw`([\w-]{0,40})(?![\w-])`,
    // In a query, in a DSN, in JSON, in YAML, as an argument of a command.
    String.raw`(\\?["']?\s{0,4}(?:=|:|%3D)\s{0,4}|(?=\s)(?<=--[\w-]{0,60})\s{1,4})`,
    String.raw`("(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|\\"[^"]*"?|${NESTED}|\[[^[\]]*\]?|${RUN}+)`,
  ].join(''),
  'gi',
);

/** No pattern above matches a text without one of these; most texts have none, and are told so in a tenth of the time. */
const MAY_HOLD_SECRET = /[=:@<%]|-[-au]|AKIA|gh[pousr]_|tck_|eyJ|bearer|basic/i;

/**
 * The text with what is secret in it replaced by `***`: user and password of URLs (also percent-encoded, also of
 * sockets), values of secret names in queries, DSNs, JSON, YAML, command lines and headers.
 * It masks too much rather than too little. It cannot know a secret that stands alone in a sentence: who holds one
 * keeps it out of texts.
 */
export function maskSecrets(text: string): string {
  if (!MAY_HOLD_SECRET.test(text)) return text;
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
    .replaceAll(KEY_IN_TEXT, MASK)
    .replaceAll(GO_DSN_IN_TEXT, `${MASK}@`)
    .replaceAll(OPTION_IN_TEXT, `$1${MASK}`)
    .replaceAll(
      NAMED_VALUE_IN_TEXT,
      (pair: string, start: string, name: string, middle: string, value: string) =>
        isSecretKey(name) ? `${start}${name}${middle}${maskedValue(value)}` : pair,
    )
    .replaceAll(ELEMENT_IN_TEXT, (element: string, start: string, name: string) =>
      isSecretKey(name) ? `${start}${MASK}` : element,
    )
    .replaceAll(PAIR_IN_TEXT, (pair: string, word: string, rest: string, separator: string, value: string) =>
      isSecretKey(word + rest) ? `${word}${rest}${separator}${maskedValue(value)}` : pair,
    );
}

function withoutUser(url: string, start: string, rest: string, at: string): string {
  const end = rest.lastIndexOf(at);
  return end < 0 ? url : `${start}${MASK}${rest.slice(end)}`;
}

/** What encloses the value stays, so that masking what was masked changes nothing more. */
function maskedValue(value: string): string {
  const start = /^(?:\\?["']|[{[])/.exec(value)?.[0] ?? '';
  const end = start === '{' ? '}' : start === '[' ? ']' : start;
  return start + MASK + (end !== '' && value.length > start.length && value.endsWith(end) ? end : '');
}
