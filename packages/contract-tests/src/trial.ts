import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';
import { systemClock } from '@test-coordinator/ports';

import type {
  AdapterCapabilities,
  AdapterHarness,
  Ports,
  World,
  WorldDependencies,
} from './adapter-harness.js';
import { ManualClock } from './manual-clock.js';
import { SequentialIds } from './sequential-ids.js';

/** What a test may ask of its world besides the defaults. */
export type TrialSettings = Omit<WorldDependencies, 'clock' | 'ids'>;

/** Longest time that a store's clock may run apart from this machine's. */
const CLOCK_SKEW_MS = 5_000;
/** How long a test waits for what a store does in its own time. */
const PATIENCE_MS = 5_000;

/** One test's own empty world, with the clock and the ids that the adapter in it was given. */
export class Trial {
  private constructor(
    readonly world: World,
    readonly clock: ManualClock,
    private readonly capabilities: AdapterCapabilities,
  ) {}

  /** Opens a world and starts its adapter. */
  static async open(harness: AdapterHarness, settings: TrialSettings = {}): Promise<Trial> {
    const trial = await Trial.openUnstarted(harness, settings);
    await trial.world.lifecycle.start();
    return trial;
  }

  static async openUnstarted(harness: AdapterHarness, settings: TrialSettings = {}): Promise<Trial> {
    const clock = new ManualClock();
    const world = await harness.openWorld({ clock, ids: new SequentialIds(), ...settings });
    return new Trial(world, clock, harness.capabilities);
  }

  /** The ports of the world. Groups are chosen by the manifest, so the ports that a test asks for are there. */
  get ports(): Ports {
    return this.world.ports as Ports;
  }

  get isClockManual(): boolean {
    return this.capabilities.clock.kind === 'manual';
  }

  /** This client and, where data is shared, a second one on the same data. */
  async clients(): Promise<readonly Ports[]> {
    if (this.capabilities.shared !== true) return [this.ports];
    expect(this.world.peer, 'the hook that the capability `shared` needs').to.be.a('function');
    return [this.ports, (await this.world.peer!()) as Ports];
  }

  /** Lets time pass: on the manual clock, or by waiting where the store keeps the clock. */
  async pass(ms: number): Promise<void> {
    if (this.capabilities.clock.kind === 'manual') this.clock.advance(ms);
    else await delay(ms + this.capabilities.clock.granularityMs);
  }

  /**
   * Holds this process up, as a pause of it does: none of its timers has its turn while the store's time goes on. The
   * manual clock is moved as far.
   */
  stall(ms: number): void {
    const { clock } = this.capabilities;
    if (clock.kind === 'manual') this.clock.advance(ms);
    const stalledMs = clock.kind === 'manual' ? ms : ms + clock.granularityMs;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stalledMs);
  }

  /** Holds a time of a record to be now, by the clock that counts. */
  expectNow(date: Date | undefined, what: string): void {
    expect(date, what).to.be.instanceOf(Date);
    if (this.isClockManual) expect(date, what).to.deep.equal(this.clock.now());
    else expect(date!.getTime(), what).to.be.closeTo(systemClock.now().getTime(), CLOCK_SKEW_MS);
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

/** Asks until the answer is the wanted one; fails with the last answer when the store takes longer than five seconds. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  wanted: Value,
  what: string,
): Promise<void> {
  const deadline = systemClock.now().getTime() + PATIENCE_MS;
  let answer = await ask();
  while (answer !== wanted && systemClock.now().getTime() < deadline) {
    await delay(10);
    answer = await ask();
  }
  expect(answer, what).to.equal(wanted);
}
