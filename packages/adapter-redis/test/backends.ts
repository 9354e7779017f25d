import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { RedisCluster, RedisSentinel, RedisServer } from '@test-coordinator/services';

import { directTo } from './opened-adapter.js';
import type { Backend } from './redis-harness.js';

const run = promisify(execFile);
const PRINT_ACL = fileURLToPath(new URL('../print-acl.mjs', import.meta.url));
const LIMITS = { socketTimeoutMs: 2_000, connectTimeoutMs: 2_000 };

/** The line that makes a user with the least rights, as print-acl.mjs prints it. */
export async function aclLine(user: string, keyPrefix: string): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [PRINT_ACL, user, keyPrefix]);
  return stdout.trim().split(' ');
}

/** Three masters. */
export async function startCluster(): Promise<Backend> {
  const cluster = await RedisCluster.start();
  return { settings: { url: cluster.url, ...LIMITS }, stop: () => cluster.stop() };
}

/** A master that a sentinel names. */
export async function startSentinel(): Promise<Backend> {
  const sentinel = await RedisSentinel.start();
  return { settings: { url: sentinel.url, ...LIMITS }, stop: () => sentinel.stop() };
}

/**
 * One server that speaks TLS, with a certificate that its own authority has signed, and lets the user of the ACL file in and
 * nobody else.
 */
export async function startGuarded(): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=redis.test', '-addext', 'subjectAltName=DNS:redis.test'];
  const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...elliptic,
    '-days',
    '2',
    ...subject,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  const probe = await RedisServer.start();
  const tlsPort = probe.port;
  await probe.stop();
  const server = await RedisServer.start({
    settings: {
      'tls-port': String(tlsPort),
      'tls-cert-file': certificate,
      'tls-key-file': key,
      'tls-ca-cert-file': certificate,
      'tls-auth-clients': 'no',
    },
  });
  using direct = directTo(server.url);
  const [, , ...rights] = await aclLine('tester', 't');
  await direct.call('ACL', 'SETUSER', ...rights, '>secret');
  await direct.call('ACL', 'SETUSER', 'default', 'off');
  return {
    settings: {
      url: `rediss://tester:secret@127.0.0.1:${tlsPort}`,
      tls: { ca: readFileSync(certificate, 'utf8'), serverName: 'redis.test' },
      ...LIMITS,
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
