import {
  DataAdapterError,
  checkChaosEventFilter,
  checkScenarioFilter,
  checkTestResultFilter,
  checkTestRunFilter,
  nameContains,
} from '@test-coordinator/ports';
import { expect } from 'chai';

const RUN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

const SOUND = [
  [
    checkScenarioFilter,
    { statuses: ['active'], types: [], service: 's', tag: 't', text: 'x', from: new Date(0) },
  ],
  [
    checkTestRunFilter,
    { scenarioId: 'a', statuses: ['passed'], environment: 'e', externalId: 'x', to: undefined },
  ],
  [checkChaosEventFilter, { runId: RUN_ID, types: ['clock_skew'], service: 's', scenarioId: 'a' }],
  [
    checkTestResultFilter,
    { runId: RUN_ID, types: ['latency'], correlationId: 'c', text: 'x', environment: 'e' },
  ],
] as const;

const UNSOUND = [
  [checkScenarioFilter, { statuses: ['passed'] }, 'statuses'],
  [checkScenarioFilter, { statuses: 'active' }, 'statuses'],
  [checkScenarioFilter, { from: new Date(NaN) }, 'from'],
  [checkScenarioFilter, { tag: '' }, 'tag'],
  [checkScenarioFilter, { runId: RUN_ID }, 'runId'],
  [checkScenarioFilter, { constructor: 1 }, 'constructor'],
  [checkTestRunFilter, { scenarioId: '-' }, 'scenarioId'],
  [checkTestRunFilter, { externalId: 'a\0' }, 'externalId'],
  [checkTestRunFilter, { scenarioId: null }, 'scenarioId'],
  [checkChaosEventFilter, { runId: 'x' }, 'runId'],
  [checkChaosEventFilter, { text: 'x' }, 'text'],
  [checkTestResultFilter, { types: ['service_kill'] }, 'types'],
  [checkTestResultFilter, { status: 'failed' }, 'status'],
  [checkTestResultFilter, null, 'filter'],
] as const;

describe('Filters', () => {
  for (const [check, filter] of SOUND) {
    it(`Given ${JSON.stringify(filter)}, when ${check.name} judges it, then it is taken as it is`, () => {
      expect(check(filter as never)).to.equal(filter);
    });
  }

  for (const [check, filter, path] of UNSOUND) {
    it(`Given ${JSON.stringify(filter)}, when ${check.name} judges it, then ${path} is refused`, () => {
      expect(() => check(filter as never))
        .to.throw(DataAdapterError)
        .that.satisfies((error: DataAdapterError) => {
          expect(error.code).to.equal('INVALID_ARGUMENT');
          expect(error.details?.['problems']).to.have.nested.property('[0].path', path);
          return true;
        });
    });
  }

  it('Given a text, when it is looked for in a name, then A–Z match in either case and nothing else does', () => {
    expect(nameContains('Trading Engine', 'NG ENG')).to.equal(true);
    expect(nameContains('BÖRSE', 'börse')).to.equal(false);
    expect(nameContains('BÖRSE', 'bÖrse')).to.equal(true);
    expect(nameContains('100%', '%')).to.equal(true);
    expect(nameContains('a_c', 'abc')).to.equal(false);
  });
});
