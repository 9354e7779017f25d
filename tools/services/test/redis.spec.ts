import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { RedisServer, startTestRedis } from '@test-coordinator/services';
import { isAlive } from './is-alive.js';

const run = promisify(execFile);
const FAKE = fileURLToPath(new URL('fake-redis.js', import.meta.url));
const STARTER = fileURLToPath(new URL('start-redis.js', import.meta.url));

async function ask(url: string, command: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${command}\r\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString().trim();
}

describe('Redis for tests', function () {
  this.timeout(120_000);

  describe('Given nothing but this workspace', () => {
    it('When a server starts, Then it answers, with the settings, and ends when it is stopped', async () => {
      const server = await RedisServer.start({ settings: { 'maxmemory-policy': 'noeviction' } });
      expect(await ask(server.url, 'SET key value')).to.equal('+OK');
      expect(await ask(server.url, 'CONFIG GET maxmemory-policy')).to.include('noeviction');
      expect(await ask(server.url, 'CONFIG GET appendonly')).to.match(/\bno\b/);
      await server.stop();
      expect(isAlive(server.pid)).to.equal(false);
    });

    it('When it is killed and restarted, Then it is empty and on the same port', async () => {
      await using server = await RedisServer.start();
      await ask(server.url, 'SET key value');
      const { pid, url } = server;
      await server.kill();
      expect(isAlive(pid)).to.equal(false);
      await server.restart();
      expect(server.url).to.equal(url);
      expect(await ask(url, 'GET key')).to.equal('$-1');
    });
  });

  describe('Given TEST_REDIS_URL', () => {
    it('When tests ask for a Redis, Then they get that one, and it goes on', async () => {
      await using given = await RedisServer.start();
      const outside = process.env['TEST_REDIS_URL'];
      process.env['TEST_REDIS_URL'] = given.url;
      try {
        const redis = await startTestRedis();
        expect(redis.url).to.equal(given.url);
        await redis.stop();
        expect(await ask(given.url, 'PING')).to.equal('+PONG');
      } finally {
        if (outside === undefined) delete process.env['TEST_REDIS_URL'];
        else process.env['TEST_REDIS_URL'] = outside;
      }
    });
  });

  describe('Given a system with some programs', () => {
    let folder: string;
    let bin: string;
    const calls = (): string => readFileSync(join(folder, 'calls'), 'utf8');

    beforeEach(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'programs-')));
      bin = join(folder, 'bin');
      mkdirSync(bin);
      writeFileSync(join(folder, 'calls'), '');
      for (const name of ['sh', 'rm', 'mkdir', 'cat', 'chmod']) {
        const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
        symlinkSync(stdout.trim(), join(bin, name));
      }
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    function program(name: string, ...lines: string[]): void {
      const text = ['#!/bin/sh', `echo "${name} $*" >>'${folder}/calls'`, ...lines, ''].join('\n');
      writeFileSync(join(bin, name), text, { mode: 0o755 });
    }
    const serve = `exec '${process.execPath}' '${FAKE}' "$@"`;

    /** Starts a Redis in a process that finds the programs of the test alone. */
    async function start(): Promise<{ reply?: string; problem?: string }> {
      const { stdout } = await run(process.execPath, [STARTER], {
        env: { PATH: bin, TEST_SERVICES_CACHE: join(folder, 'cache') },
      });
      return JSON.parse(stdout) as { reply?: string; problem?: string };
    }

    it('When valkey-server is there, Then it is used', async () => {
      program('valkey-server', serve);
      program('docker', 'exit 0');
      expect(await start()).to.deep.equal({ reply: '+PONG' });
      expect(calls())
        .to.match(/^valkey-server --port \d+ --bind 127\.0\.0\.1 /)
        .and.not.include('docker');
    });

    it('When only a container engine answers, Then the server runs in a container on the loopback', async () => {
      program('docker', 'if [ "$1" = info ]; then exit 0; fi', serve);
      expect(await start()).to.deep.equal({ reply: '+PONG' });
      expect(calls()).to.match(/docker run --rm --publish 127\.0\.0\.1:\d+:6379 redis:7-alpine redis-server/);
    });

    it('When the engine does not answer, Then apt provides the server, once', async () => {
      program('docker', 'exit 1');
      program(
        'apt-get',
        'case "$*" in',
        `*print-uris*) echo "'http://deb.example/redis-server_7_all.deb' redis-server_7_all.deb 1 SHA256:0"`,
        `              echo "'http://deb.example/liblzf1_3_all.deb' liblzf1_3_all.deb 1 SHA256:0"`,
        `              echo "'http://deb.example/adduser_3_all.deb' adduser_3_all.deb 1 SHA256:0" ;;`,
        '*download*) : >redis-server_7_all.deb ;;',
        'esac',
      );
      program(
        'dpkg-deb',
        'mkdir -p "$3/usr/bin" "$3/usr/lib/x-linux-gnu"',
        `cat >"$3/usr/bin/redis-server" <<'END'`,
        '#!/bin/sh',
        `echo "unpacked $LD_LIBRARY_PATH" >>'${folder}/calls'`,
        serve,
        'END',
        'chmod +x "$3/usr/bin/redis-server"',
      );
      expect(await start()).to.deep.equal({ reply: '+PONG' });
      expect(await start()).to.deep.equal({ reply: '+PONG' });
      expect(calls().match(/apt-get .* download redis-server liblzf1$/gm)).to.have.length(1);
      expect(calls().match(/^unpacked .*\/usr\/lib\/x-linux-gnu$/gm)).to.have.length(2);
    });

    it('When apt reaches nothing, Then one line says what to install', async () => {
      program('apt-get', 'exit 100');
      const { problem = '' } = await start();
      expect(problem).to.match(/^redis-server was not found.*apt install redis-server.*TEST_REDIS_URL\.$/);
      expect(problem).to.not.include('\n');
    });

    it('When there is no apt either, Then the same line says so', async () => {
      const { problem } = await start();
      expect(problem).to.include('install redis-server');
    });
  });
});
