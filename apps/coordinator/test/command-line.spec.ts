import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import { expect } from 'chai';

import { CoordinatorHere } from './coordinator-here.js';
import { CoordinatorProcess, SERVING } from './coordinator-process.js';
import { runInProcess } from './in-process.js';

const ANY_PORT = { TEST_COORDINATOR_HTTP_PORT: '0' };

interface LogLine {
  readonly level: string;
  readonly msg: string;
}
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);

describe('Command line', function () {
  describe('Given a question about the program', () => {
    for (const args of [['--help'], ['-h'], ['help'], ['import', '--help']]) {
      it(`When it is ${args.join(' ')}, Then commands and exit codes are told on stdout`, async () => {
        const { code, stdout, stderr } = await runInProcess(args);
        expect([code, stderr]).to.deep.equal([0, '']);
        expect(stdout)
          .to.include('import FILE…')
          .and.match(/^ {2}3 +the store is not available$/m);
      });
    }

    it('When it is --version, Then the version is told, without loading what serves', async () => {
      const { code, stdout } = await CoordinatorProcess.run(['--version'], {
        settings: { TEST_COORDINATOR_ADAPTER_BATCH_SIZE: 'wrong' },
      });
      expect(code).to.equal(0);
      expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    });
  });

  describe('Given what cannot be run', () => {
    it('When the command is not known, Then the code is 2 and one line says so', async () => {
      const { code, stdout, stderr } = await runInProcess(['constructor']);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.include('There is no command "constructor".');
    });

    it('When settings are wrong, Then the code is 2 and all are told, without a secret', async () => {
      const settings = {
        TEST_COORDINATOR_ADAPTER_POSTGRES_URL: 'postgres://app:hun/ter2@db/chaos',
        TEST_COORDINATOR_ADAPTER_BATCH_SIZE: 'x',
      };
      const { code, stdout, stderr } = await runInProcess([], settings);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr)
        .to.include('POSTGRES_URL must be')
        .and.include('BATCH_SIZE must be')
        .and.not.include('ter2');
    });

    it('When the URL of Redis is wrong, Then the code is 2 and one line names the variable, without the secret', async () => {
      const variable = 'TEST_COORDINATOR_ADAPTER_REDIS_URL';
      for (const args of [[], ['import', 'a.xml'], ['report', 'a'], ['health'], ['maintain']]) {
        for (const url of ['redis://:hunter2@one,two', 'memcached://:hunter2@one']) {
          const { code, stdout, stderr } = await runInProcess(args, { [variable]: url });
          expect([code, stdout]).to.deep.equal([2, '']);
          expect(stderr)
            .to.match(new RegExp(`^${variable} .+\\n$`))
            .and.not.include('hunter2');
        }
      }
    });

    it('When memory and a PostgreSQL server are asked for, Then the code is 2: neither goes before the other', async () => {
      const { code, stderr } = await runInProcess(['import', 'a.xml'], {
        TEST_COORDINATOR_ADAPTER_POSTGRES_URL: 'postgres://app:hunter2@db/chaos',
      });
      expect(code).to.equal(2);
      expect(stderr).to.include('TEST_COORDINATOR_STORE asks for memory').and.not.include('hunter2');
    });

    it('When the port is taken, Then the code is 2 and one line says so', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const settings = { TEST_COORDINATOR_HTTP_PORT: String(port) };
      const { code, stderr } = await runInProcess([], settings);
      other.close();
      expect(code).to.equal(2);
      expect(stderr)
        .to.include(`Cannot listen on 127.0.0.1 port ${port}: it is taken`)
        .and.not.match(/\n\s+at /);
    });
  });

  it('Given an error that nobody caught, When the process meets it, Then it ends with 70 and shows no secret', async () => {
    // Thrown from outside of every command, once the program is there to catch it.
    const thrower = `const wait = setInterval(() => {
      if (process.listenerCount('uncaughtException') === 0) return;
      clearInterval(wait);
      throw new Error('password=hunter2');
    });`;
    const settings = {
      ...ANY_PORT,
      NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(thrower)}"`,
    };
    const { code, stderr } = await CoordinatorProcess.run([], { settings });
    expect(code).to.equal(70);
    expect(stderr).to.include('Something went wrong that nobody expected').and.include('password=***');
  });

  describe('Given a server', () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`When ${signal} comes, Then it ends with code 0, and each step was told in a line of JSON`, async () => {
        const serving = new CoordinatorProcess([], ANY_PORT);
        const [, url] = await serving.saying(SERVING);
        const ready = await fetch(`${url}/readyz`);
        expect(ready.status).to.equal(200);
        const { durable, detail } = (await ready.json()) as { durable: boolean; detail: string };
        expect(durable).to.equal(false);
        expect(detail).to.include('nothing survives');
        serving.kill(signal);
        const { code, stdout, stderr } = await serving.ended();
        expect([code, stderr]).to.deep.equal([0, '']);
        expect(linesOf(stdout).map(({ level, msg }) => `${level} ${msg.split(/[:,]/)[0]}`)).to.deep.equal([
          'info started the in-memory adapter',
          'warn records are kept in the memory of this process',
          'info serving on http',
          'info registered this process in the service registry',
          'info asked to stop',
          'info stopped serving',
          'info stopped the in-memory adapter',
        ]);
        expect(stdout).to.include(`${url}/docs`);
      });
    }

    it('When a request is under way at the signal, Then it is answered before the end', async () => {
      const serving = new CoordinatorProcess(['serve'], ANY_PORT);
      const [, url] = await serving.saying(SERVING);
      const socket = connect(Number(new URL(url!).port), '127.0.0.1');
      let answered = '';
      socket.setEncoding('utf8').on('data', (text: string) => (answered += text));
      const body = JSON.stringify({ scenarioId: 'a', name: 'a', scenarioType: 'combined' });
      const head = `POST /api/v1/scenarios HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
      socket.write(`${head}\r\nExpect: 100-continue\r\n\r\n`);
      // The server has taken the request once it asks for the body.
      while (!answered.includes('100 Continue')) await once(socket, 'data');
      serving.kill('SIGTERM');
      await serving.saying(/asked to stop/);
      socket.write(body);
      await once(socket, 'close');
      expect(answered).to.match(/HTTP\/1\.1 201 Created/);
      expect((await serving.ended()).code).to.equal(0);
    });

    it('When the level is DEBUG, Then each operation is a line with its kind, ids and request', async () => {
      const serving = new CoordinatorHere({
        ...ANY_PORT,
        TEST_COORDINATOR_ADAPTER_LOG_LEVEL: 'debug',
      });
      const [, url] = await serving.saying(SERVING);
      const answer = await fetch(`${url}/api/v1/scenarios`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': 'r-1' },
        body: JSON.stringify({ scenarioId: 'a', name: 'a', scenarioType: 'combined' }),
      });
      expect(answer.status).to.equal(201);
      serving.kill();
      const { stdout } = await serving.ended();
      const lines = linesOf(stdout).filter((line) => 'requestId' in line);
      expect(lines[0]).to.include({ level: 'debug', requestId: 'r-1', scenarioId: 'a' });
      expect(lines[1]).to.include({
        level: 'debug',
        requestId: 'r-1',
        status: 201,
        route: '/api/v1/scenarios',
      });
    });
  });
});
