import {
  DataAdapterError,
  checkBulk,
  checkDate,
  checkFence,
  checkOneOf,
  checkScenarioId,
  checkServiceId,
  checkText,
  checkUuid,
  checkVersion,
  checkWhole,
  throwIfAborted,
} from '@test-coordinator/ports';
import { expect } from 'chai';

const RUN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

const REFUSED: readonly (readonly [what: string, check: () => void])[] = [
  ['scenarioId', () => checkScenarioId(undefined)],
  ['scenarioId', () => checkScenarioId('a/b')],
  ['scenarioId', () => checkScenarioId(`a${'b'.repeat(128)}`)],
  ['serviceId', () => checkServiceId('')],
  ['serviceName', () => checkServiceId('-x', 'serviceName')],
  ['runId', () => checkUuid('not-a-uuid', 'runId')],
  ['runId', () => checkUuid(RUN_ID.toUpperCase(), 'runId')],
  ['eventId', () => checkUuid('9b2f6c4e-1f0a-4f4e-9d5e-0a1b2c3d4e5f', 'eventId')],
  ['version', () => checkVersion(0)],
  ['version', () => checkVersion('1')],
  ['status', () => checkOneOf('open', ['shut'], 'status')],
  ['tag', () => checkText('', 'tag')],
  ['tag', () => checkText('a\0', 'tag')],
  ['message', () => checkText('abc', 'message', 0, 2)],
  ['ttlMs', () => checkWhole(49, 'ttlMs', 50, 60)],
  ['ttlMs', () => checkWhole(61, 'ttlMs', 50, 60)],
  ['ttlMs', () => checkWhole(50.5, 'ttlMs', 50, 60)],
  ['ttlMs', () => checkWhole('55', 'ttlMs', 50, 60)],
  ['from', () => checkDate('2026-01-01', 'from')],
  ['results', () => checkBulk([], 'results')],
  ['results', () => checkBulk(Array.from({ length: 1_001 }), 'results')],
  ['results', () => checkBulk({ length: 1 }, 'results')],
  ['fence', () => checkFence({ fence: -1 })],
  ['fence', () => checkFence({ fence: 1.5 })],
];

describe('Arguments', () => {
  for (const [path, check] of REFUSED) {
    it(`Given what ${path} cannot be (${check.toString().slice(6)}), when it is checked, then it is refused by name`, () => {
      expect(check)
        .to.throw(DataAdapterError, path)
        .that.satisfies((error: DataAdapterError) => {
          expect(error.code).to.equal('INVALID_ARGUMENT');
          expect(error.details?.['problems']).to.have.nested.property('[0].path', path);
          return true;
        });
    });
  }

  it('Given sound arguments, when they are checked, then nothing is thrown', () => {
    checkScenarioId('a.b_c:d-1');
    checkServiceId(`a${'b'.repeat(127)}`);
    checkUuid(RUN_ID, 'resultId');
    checkVersion(1);
    checkOneOf('shut', ['shut'], 'status');
    checkText('x', 'tag');
    checkText('', 'message', 0, 2);
    checkWhole(50, 'ttlMs', 50, 60);
    checkWhole(60, 'ttlMs', 50, 60);
    checkDate(new Date(0), 'to');
    checkBulk([], 'keys', 0);
    checkFence(undefined);
    checkFence({ fence: 0 });
    throwIfAborted(undefined);
    throwIfAborted({ signal: new AbortController().signal });
  });

  it('Given a signal that was aborted, when the call is about to start, then its reason is thrown', () => {
    const reason = new Error('user left');
    expect(() => throwIfAborted({ signal: AbortSignal.abort(reason) })).to.throw(reason);
  });
});
