import type { AdapterHarness, PortName } from './adapter-harness.js';
import { Trial, type TrialSettings } from './trial.js';

/** What a test is run with. */
export interface ContractSetting {
  readonly harness: AdapterHarness;
  readonly seed: number;
  readonly runs: number;
  readonly maxCommands: number;
  /** Whether a counterexample is made small before it is told: for people, not for the sabotage suite. */
  readonly shrinks: boolean;
}

/** One rule of the contract: a sentence, and the code that throws where an adapter breaks it. */
export interface ContractTest {
  readonly title: string;
  readonly run: (setting: ContractSetting) => Promise<void>;
}

/** What a group is about: a port, or the adapter as a whole. */
export type ContractSubject = PortName | 'adapter';

/** The tests of one concern. A group is data, so that it can be listed, registered with mocha, or run by itself. */
export interface ContractGroup {
  readonly subject: ContractSubject;
  /** One word or two, unique within the subject: `identity`. */
  readonly concern: string;
  /** The sentence that the titles of its tests go on from: `Given …`. */
  readonly title: string;
  readonly tests: readonly ContractTest[];
}

/** `scenarios/identity`: the name under which a broken adapter says who must catch it. */
export type GroupName = `${ContractSubject}/${string}`;

export function groupName({ subject, concern }: ContractGroup): GroupName {
  return `${subject}/${concern}`;
}

/** A test in a world of its own, with a started adapter. */
export function inWorld(
  title: string,
  body: (trial: Trial) => Promise<void>,
  settings?: TrialSettings,
): ContractTest {
  return {
    title,
    async run({ harness }) {
      const trial = await Trial.open(harness, settings);
      try {
        await body(trial);
      } finally {
        await trial.close();
      }
    },
  };
}
