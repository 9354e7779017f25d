import { setTimeout as delay } from 'node:timers/promises';

import { contractSetting } from './adapter-contract.js';
import type { AdapterHarness, ContractOptions } from './adapter-harness.js';
import { groupName, type GroupName } from './contract-group.js';
import { contractGroups } from './contract-groups.js';

/** What became of the tests of one group. */
export interface GroupReport {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly reason: unknown }[];
}

/** How one group is run by itself. */
export interface GroupOptions extends ContractOptions {
  /** Whether the tests after one that failed are left out: it is known by then that the group catches the mistake. @default false */
  readonly stopsAtFailure?: boolean;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Runs one group of the contract by itself, without mocha, on a harness that was started: for tests of the suite.
 * A test that takes longer than `timeoutMs` has failed. Rejects for a group that the manifest does not bring about.
 */
export async function runContractGroup(
  harness: AdapterHarness,
  name: GroupName,
  options: GroupOptions = {},
): Promise<GroupReport> {
  const group = contractGroups(harness.capabilities).find((candidate) => groupName(candidate) === name);
  if (group === undefined) throw new TypeError(`no group of this name is in the contract: ${name}`);
  const setting = { ...contractSetting(harness, options), shrinks: false };
  const passed: string[] = [];
  const failed: { title: string; reason: unknown }[] = [];
  for (const { title, run } of group.tests) {
    const timer = new AbortController();
    const tooLate = delay(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, undefined, { signal: timer.signal }).then(
      () => {
        throw new Error('the test took too long');
      },
    );
    const [settled] = await Promise.allSettled([Promise.race([run(setting), tooLate])]);
    timer.abort();
    await tooLate.catch(() => undefined);
    if (settled.status === 'fulfilled') passed.push(title);
    else failed.push({ title, reason: settled.reason });
    if (failed.length > 0 && options.stopsAtFailure === true) break;
  }
  return { passed, failed };
}
