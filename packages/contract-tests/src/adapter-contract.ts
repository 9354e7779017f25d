import { randomInt } from 'node:crypto';

import { expect } from 'chai';

import type { AdapterCapabilities, AdapterHarness, ContractOptions } from './adapter-harness.js';
import type { ContractGroup, ContractSetting, ContractSubject, ContractTest } from './contract-group.js';
import { contractGroups } from './contract-groups.js';

const DEFAULT_RUNS = 60;
const DEFAULT_MAX_COMMANDS = 40;
const DEFAULT_TIMEOUT_MS = 30_000;

/** The settings of a run of the suite, with a random seed where none is given. */
export function contractSetting(harness: AdapterHarness, options: ContractOptions = {}): ContractSetting {
  const { seed = randomInt(2 ** 31), runs = DEFAULT_RUNS, maxCommands = DEFAULT_MAX_COMMANDS } = options;
  return { harness, seed, runs, maxCommands, shrinks: true };
}

/** Every test that an adapter with this manifest is held to, as `subject: Given … When …, Then …`, in the order in which they run. */
export function contractTitles(capabilities: AdapterCapabilities): readonly string[] {
  return contractGroups(capabilities).flatMap((group) => group.tests.map((test) => fullTitle(group, test)));
}

/** Registers the whole contract with the caller's mocha: every port of the manifest, the lifecycle and each capability. */
export function describeAdapterContract(harness: AdapterHarness, options?: ContractOptions): void {
  describeGroups('adapter contract', harness, contractGroups(harness.capabilities), options);
}

function describeSubject(subject: ContractSubject, port: string) {
  return (harness: AdapterHarness, options?: ContractOptions): void => {
    const groups = contractGroups(harness.capabilities).filter((group) => group.subject === subject);
    describeGroups(`${port} contract`, harness, groups, options);
  };
}

export const describeScenariosContract = describeSubject('scenarios', 'ScenariosRepository');
export const describeTestRunsContract = describeSubject('testRuns', 'TestRunsRepository');
export const describeChaosEventsContract = describeSubject('chaosEvents', 'ChaosEventsRepository');
export const describeTestResultsContract = describeSubject('testResults', 'TestResultsRepository');
export const describeServiceDiscoveryContract = describeSubject(
  'serviceDiscovery',
  'ServiceDiscoveryRepository',
);
export const describeCacheContract = describeSubject('cache', 'CacheRepository');
export const describeExecutionLocksContract = describeSubject('executionLocks', 'ExecutionLocks');
export const describeActiveRunsContract = describeSubject('activeRuns', 'ActiveRuns');
export const describeAuditLogContract = describeSubject('auditLog', 'AuditLog');
export const describeUnitOfWorkContract = describeSubject('unitOfWork', 'UnitOfWork');
/** Starting, stopping and health, and what the manifest says that the adapter can and cannot do. */
export const describeLifecycleContract = describeSubject('adapter', 'AdapterLifecycle');

function describeGroups(
  name: string,
  harness: AdapterHarness,
  groups: readonly ContractGroup[],
  options: ContractOptions = {},
): void {
  const setting = contractSetting(harness, options);
  describe(`The ${name} of ${harness.name} (seed ${setting.seed})`, function () {
    this.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    before(() => harness.start());
    after(() => harness.stop());

    const executed: string[] = [];
    for (const group of groups) {
      describe(`${group.subject}: ${group.title}`, () => {
        for (const test of group.tests) {
          it(test.title, async () => {
            executed.push(fullTitle(group, test));
            await test.run(setting);
          });
        }
      });
    }

    // A test of its own and not an after hook: `mocha --grep` then leaves it out instead of failing it.
    describe('Given the manifest of the adapter', () => {
      it('When the contract has run, Then every test that it names was executed, and each once', () => {
        const named = groups.flatMap((group) => group.tests.map((test) => fullTitle(group, test)));
        expect(named, 'tests of the contract').not.to.be.empty;
        expect(new Set(named).size, 'different titles').to.equal(named.length);
        expect(executed).to.deep.equal(named);
      });
    });
  });
}

function fullTitle(group: ContractGroup, test: ContractTest): string {
  return `${group.subject}: ${group.title} ${test.title}`;
}
