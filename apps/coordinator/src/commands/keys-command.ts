import { parseArgs } from 'node:util';

import { systemClock } from '@test-coordinator/ports';

import { apiKeyFile } from '../composition/choose-authentication.js';
import { AccessError } from '../security/access-error.js';
import { isExpired, mintApiKey, type ApiKey } from '../security/api-key.js';
import type { ApiKeyFile } from '../security/api-key-file.js';
import { SCOPES } from '../security/scope.js';
import { readSettings } from '../settings/read-settings.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const NAME = /^[A-Za-z0-9][\w.:@-]{0,63}$/;
const DEFAULT_OVERLAP = '24h';

const OPTIONS = {
  name: { type: 'string' },
  scope: { type: 'string' },
  'expires-in': { type: 'string' },
  overlap: { type: 'string' },
  format: { type: 'string' },
} as const;

interface Asked {
  readonly file: ApiKeyFile;
  readonly host: Host;
  readonly now: Date;
  readonly keyId: string | undefined;
  readonly values: { readonly [Name in keyof typeof OPTIONS]?: string | undefined };
}

const ACTIONS: Readonly<Record<string, (asked: Asked) => Promise<void>>> = { list, create, rotate, revoke };

/** Makes, lists, replaces and revokes the API keys of the coordinator with the same settings, whether it runs or not. */
export const keysCommand: Command = {
  async run(args, host) {
    const { values, positionals } = parsed(() =>
      parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
    );
    const [word = 'list', keyId, ...others] = positionals;
    const action = Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : undefined;
    const needsId = word === 'rotate' || word === 'revoke';
    if (action === undefined || others.length > 0 || needsId !== (keyId !== undefined))
      throw new UsageError(
        'keys takes: list, create --name NAME --scope SCOPE, rotate KEY-ID, or revoke KEY-ID.',
      );
    const settings = readSettings(host.environment, { logLevel: 'WARNING' });
    await action({
      file: apiKeyFile(settings, host.environment),
      host,
      now: systemClock.now(),
      keyId,
      values,
    });
    return EXIT.done;
  },
};

async function list({ file, host, now, values: { format = 'text' } }: Asked): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new UsageError('--format must be one of text, json.');
  const keys = [...(await file.read()).values()].map(({ keyId, name, scope, createdAt, expiresAt }) => {
    return { keyId, name, scope, createdAt, expiresAt };
  });
  if (format === 'json') host.stdout.write(`${JSON.stringify({ keys })}\n`);
  else if (keys.length === 0) host.stdout.write(`There is no API key in ${file.path}.\n`);
  else for (const key of keys) host.stdout.write(`${line(key, now)}\n`);
}

function line({ keyId, name, scope, createdAt, expiresAt }: Omit<ApiKey, 'hash'>, now: Date): string {
  const end =
    expiresAt === null
      ? 'never expires'
      : `${expiresAt.getTime() <= now.getTime() ? 'expired' : 'expires'} ${expiresAt.toISOString()}`;
  return `${keyId}  ${scope.padEnd(6)}  ${name}  made ${createdAt.toISOString()}, ${end}`;
}

async function create({ file, host, now, values }: Asked): Promise<void> {
  const { name, scope: word, 'expires-in': lifetime } = values;
  if (name === undefined || !NAME.test(name))
    throw new UsageError(
      '--name must say who uses the key: 1–64 letters, digits or . _ : @ -, a letter or digit first.',
    );
  const scope = SCOPES.find((known) => known === word);
  if (scope === undefined) throw new UsageError(`--scope must be one of ${SCOPES.join(', ')}.`);
  const expiresAt = lifetime === undefined ? null : after(now, lifetime, '--expires-in');
  const { key, text } = mintApiKey({ name, scope, createdAt: now, expiresAt });
  await file.change((keys) => [...keys.values(), key]);
  handOut(host, text, `Key ${key.keyId} of ${name} may ${scope}.`);
}

/** Both keys are good for the overlap, so that a user is moved to the new one without a gap. */
async function rotate({ file, host, now, keyId, values }: Asked): Promise<void> {
  const { overlap = DEFAULT_OVERLAP, 'expires-in': lifetime } = values;
  const until = after(now, overlap, '--overlap');
  const expiresAt = lifetime === undefined ? null : after(now, lifetime, '--expires-in');
  let minted: ReturnType<typeof mintApiKey> | undefined;
  await file.change((keys) => {
    const old = known(keys, keyId!);
    if (isExpired(old, now))
      throw new AccessError(`Key ${old.keyId} has expired: make a new one with keys create.`);
    minted = mintApiKey({ name: old.name, scope: old.scope, createdAt: now, expiresAt });
    const ends = old.expiresAt !== null && old.expiresAt < until ? old.expiresAt : until;
    return [...keys.values()]
      .map((key) => (key === old ? { ...old, expiresAt: ends } : key))
      .concat(minted.key);
  });
  handOut(
    host,
    minted!.text,
    `Key ${minted!.key.keyId} takes the place of ${keyId}, which is good until ${until.toISOString()} at most.`,
  );
}

async function revoke({ file, host, keyId }: Asked): Promise<void> {
  await file.change((keys) => {
    const gone = known(keys, keyId!);
    return [...keys.values()].filter((key) => key !== gone);
  });
  host.stdout.write(`Revoked ${keyId}: coordinators that run refuse it within a second.\n`);
}

function known(keys: ReadonlyMap<string, ApiKey>, keyId: string): ApiKey {
  const key = keys.get(keyId);
  if (key === undefined)
    throw new AccessError(`There is no key ${JSON.stringify(keyId.slice(0, 60))}: keys list tells them.`);
  return key;
}

/** stdout holds the key alone, for scripts; what is said of it goes to stderr. */
function handOut({ stdout, stderr }: Host, text: string, said: string): void {
  stderr.write(`${said} It is shown this once:\n`);
  stdout.write(`${text}\n`);
}

function after(now: Date, lifetime: string, option: string): Date {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(lifetime) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`${option} must be a time such as 30m, 24h or 90d.`);
  return new Date(now.getTime() + Number(count) * UNITS[unit]!);
}
