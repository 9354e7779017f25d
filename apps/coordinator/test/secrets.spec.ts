import { inspect } from 'node:util';

import {
  AdapterFactory,
  createLogger,
  readSettings,
  type LoggerOptions,
} from '@test-coordinator/coordinator';
import { DataAdapterError } from '@test-coordinator/ports';
import { SettingsError } from '@test-coordinator/settings';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { CORPUS, SECRET } from './secret-corpus.js';
import { TerminalDouble } from './terminal-double.js';

async function logged(
  write: (log: Awaited<ReturnType<typeof createLogger>>) => void,
  options: Partial<LoggerOptions> = {},
) {
  const stream = new TerminalDouble();
  write(await createLogger(stream, { level: 'DEBUG', serviceName: 'test', isPretty: false, ...options }));
  return stream.text;
}

describe('Log', () => {
  describe('Given a text with a secret', () => {
    for (const [index, text] of CORPUS.entries()) {
      it(`When it is the message or a field of a line (form ${index + 1}), Then the secret is not there`, async () => {
        for (const isPretty of [false, true]) {
          const written = await logged(
            (log) => {
              log.debug({ text }, text);
              log.info({ text }, text);
              log.warn({ text }, text);
              log.error({ text }, text);
            },
            { isPretty },
          );
          expect(written.split('\n').length).to.be.above(4);
          expect(written).to.include('***').and.not.include(SECRET);
        }
      });
    }

    it('When a field has a secret name, Then its value is not there, whatever it is', async () => {
      const written = await logged((log) =>
        log.info({ apiKey: SECRET, password: 1_234_567, user: 'app' }, 'asked'),
      );
      expect(JSON.parse(written)).to.include({ apiKey: '***', password: '***', user: 'app' });
    });
  });

  it('Given a line, When it is written as JSON, Then it has level, time, service, fields and message', async () => {
    const written = await logged((log) => log.warn({ runId: 'r', count: 3, none: null }, 'slow'));
    const { time, ...line } = JSON.parse(written) as Record<string, unknown>;
    expect(line).to.deep.equal({
      level: 'warn',
      service: 'test',
      runId: 'r',
      count: 3,
      none: null,
      msg: 'slow',
    });
    expect(new Date(time as string).toISOString()).to.equal(time);
  });

  it('Given a level, When lines are written, Then those below it are not, and debug says so beforehand', async () => {
    let isDebug: boolean | undefined;
    const written = await logged(
      (log) => {
        isDebug = log.isDebugEnabled();
        log.debug({}, 'd');
        log.info({}, 'i');
        log.warn({}, 'w');
        log.error({}, 'e');
      },
      { level: 'WARNING' },
    );
    expect(isDebug).to.equal(false);
    expect(
      written
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    ).to.deep.equal(['w', 'e']);
  });
});

describe('Secrets', () => {
  describe('Given a port that fails with a secret in its error', () => {
    for (const [index, text] of CORPUS.entries()) {
      it(`When a route meets it (form ${index + 1}), Then it is neither in the answer nor in the log`, async () => {
        const stream = new TerminalDouble();
        const logger = await createLogger(stream, { level: 'DEBUG', serviceName: 'test', isPretty: false });
        const causes = [
          new DataAdapterError('UNAVAILABLE', text, { cause: new Error(text) }),
          new DataAdapterError('INVALID_ARGUMENT', text, { problems: [{ path: 'url', problem: text }] }),
          new Error(text, { cause: text }),
        ];
        const factory = AdapterFactory.useStub();
        factory.getTestRunsRepository().find = () =>
          Promise.reject(causes.shift() ?? new Error('asked too often'));
        await using api = await ApiClient.start({ factory, logger });
        for (const status of [503, 400, 500]) {
          const answer = await api.call('GET', '/api/v1/runs');
          expect(answer.status).to.equal(status);
          expect(answer.text).to.not.include(SECRET);
        }
        expect(stream.text.split('\n').length).to.be.above(4);
        expect(stream.text).to.not.include(SECRET);
      });
    }
  });

  for (const name of ['POSTGRES_URL', 'REDIS_URL', 'SERVICE_NAME', 'DATA_DIR\0', 'BATCH_SIZE']) {
    it(`Given each text as the value of ${name.replace('\0', '')}, When it is refused, Then the error does not hold the secret`, () => {
      for (const text of CORPUS) {
        let error: unknown;
        try {
          readSettings({ [`TEST_COORDINATOR_ADAPTER_${name}`]: `?${text}` });
        } catch (caught) {
          error = caught;
        }
        expect(error).to.be.instanceOf(SettingsError);
        expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).to.not.include(SECRET);
      }
    });
  }
});
