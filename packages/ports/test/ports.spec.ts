import { UUID_V7 } from '@test-coordinator/domain';
import * as ports from '@test-coordinator/ports';
import { expect } from 'chai';

const TOKENS = [
  'ActiveRuns',
  'AuditLog',
  'CacheRepository',
  'ChaosEventsRepository',
  'Clock',
  'ExecutionLocks',
  'IdGenerator',
  'Logger',
  'ScenariosRepository',
  'ServiceDiscoveryRepository',
  'TestResultsRepository',
  'TestRunsRepository',
  'UnitOfWork',
] as const;

describe('Ports', () => {
  it('Given the tokens, when they are compared, then each names its own port, the same in every copy of the package', () => {
    const symbols = Object.entries(ports).filter(([, value]) => typeof value === 'symbol');
    expect(symbols.map(([name]) => name)).to.have.members([...TOKENS]);
    for (const [name, value] of symbols)
      expect(value).to.equal(Symbol.for(`@test-coordinator/ports/${name}`));
  });

  it('Given the system clock, when it is read twice, then each Date is the caller’s own and near the machine’s time', () => {
    const first = ports.systemClock.now();
    expect(Math.abs(first.getTime() - Date.now())).to.be.below(1_000);
    first.setTime(0);
    expect(ports.systemClock.now().getTime()).to.be.above(0);
  });

  it('Given a clock, when ids are minted, then they carry its time and rise', () => {
    const ids = ports.uuidV7Ids({ now: () => new Date(Date.UTC(2026, 2, 1)) });
    const [first, second] = [ids.next(), ids.next()];
    expect(first).to.match(UUID_V7);
    expect(second > first).to.equal(true);
    expect(parseInt(first.replaceAll('-', '').slice(0, 12), 16)).to.equal(Date.UTC(2026, 2, 1));
  });

  it('Given the silent logger, when it is asked, then debug is off and every level is taken', () => {
    const { silentLogger } = ports;
    expect(silentLogger.isDebugEnabled()).to.equal(false);
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      expect(silentLogger[level]({}, 'x')).to.equal(undefined);
    }
  });
});
