import { isTrustedAddress } from './loopback.js';
import { SecretText } from './secret-text.js';

/** How the text of one kind of setting becomes its value. */
export interface SettingKind<Value> {
  /** The value, or what the text must be: `must be …`, without the text itself. */
  parse(text: string): { readonly value: Value } | { readonly problem: string };
  /** The text is never shown, not even in an error. */
  readonly isSecret: boolean;
}

export function wholeNumber(least: number, most: number): SettingKind<number> {
  return kind(`a whole number from ${least} to ${most}`, (text) =>
    /^\d{1,15}$/.test(text) && within(Number(text), least, most) ? Number(text) : undefined,
  );
}

/** Seconds, with a fraction if need be. */
export function seconds(least: number, most: number): SettingKind<number> {
  return kind(`a number of seconds from ${least} to ${most}`, (text) =>
    /^\d{1,12}(?:\.\d{1,3})?$/.test(text) && within(Number(text), least, most) ? Number(text) : undefined,
  );
}

const SWITCH = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
export function onOrOff(): SettingKind<boolean> {
  return kind('true or false', (text) => SWITCH.get(text.toLowerCase()));
}

/** One of a few words, in any case; `others` are further spellings of them. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  others: Readonly<Record<string, Word>> = {},
): SettingKind<Word> {
  return kind(`one of ${words.join(', ')}`, (text) => {
    const upper = text.toUpperCase();
    return (
      words.find((word) => word.toUpperCase() === upper) ??
      (Object.hasOwn(others, upper) ? others[upper] : undefined)
    );
  });
}

export function matching(pattern: RegExp, description: string): SettingKind<string> {
  return kind(description, (text) => (pattern.test(text) ? text : undefined));
}

/** Origins of web pages, separated by commas. */
export function origins(): SettingKind<readonly string[]> {
  return kind('origins such as https://dashboards.example.org, separated by commas', (text) => {
    const given = partsOf(text);
    return given.every(
      (origin) => /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin,
    )
      ? given
      : undefined;
  });
}

/** Some of a few words, separated by commas. */
export function someOf<Word extends string>(words: readonly Word[]): SettingKind<readonly Word[]> {
  return kind(`some of ${words.join(', ')}, separated by commas`, (text) => {
    const given = partsOf(text).map((part) => words.find((word) => word === part));
    return given.every((word) => word !== undefined) ? given : undefined;
  });
}

/** What words are called elsewhere; one that is not named is called as it is. */
export function namesFor<Word extends string>(
  words: readonly Word[],
): SettingKind<Readonly<Partial<Record<Word, string>>>> {
  return kind(`names such as ${words[0]!}=NAME, of ${words.join(', ')}, separated by commas`, (text) => {
    const names: Partial<Record<Word, string>> = {};
    for (const part of partsOf(text)) {
      const [, left, name] = /^(\w+)=([\x21-\x7e]+)$/.exec(part) ?? [];
      const word = words.find((known) => known === left);
      if (word === undefined || name === undefined) return undefined;
      names[word] = name;
    }
    return names;
  });
}

/** Where something is published that must not be forged. */
export function trustedAddress(): SettingKind<string> {
  return kind(
    'an https:// address without a user, a query or a fragment (http:// on this machine alone)',
    (text) => (isTrustedAddress(text) ? text : undefined),
  );
}

/** A URL with one of these schemes; a driver suffix (`postgresql+asyncpg`) is taken and dropped. */
export function secretUrl(schemes: readonly string[]): SettingKind<SecretText> {
  return kind(
    `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    (text) => {
      const [, scheme, rest] = /^([a-z]+)(?:\+[a-z0-9_]+)?(:\/\/.+)$/is.exec(text) ?? [];
      const plain = scheme?.toLowerCase();
      if (plain === undefined || !schemes.includes(plain) || !URL.canParse(plain + rest)) return undefined;
      return new SecretText(plain + rest);
    },
    true,
  );
}

/** A text that is never shown. */
export function secretMatching(pattern: RegExp, description: string): SettingKind<SecretText> {
  return kind(description, (text) => (pattern.test(text) ? new SecretText(text) : undefined), true);
}

function kind<Value>(
  description: string,
  valueOf: (text: string) => Value | undefined,
  isSecret = false,
): SettingKind<Value> {
  return {
    isSecret,
    parse(text) {
      const value = valueOf(text);
      return value === undefined ? { problem: `must be ${description}` } : { value };
    },
  };
}

function partsOf(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
