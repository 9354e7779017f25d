import fc from 'fast-check';

import type { AdapterCapabilities, PortName } from '../adapter-harness.js';
import type { ContractGroup, ContractSubject, ContractTest } from '../contract-group.js';
import { Trial } from '../trial.js';
import { compare, type PortCall } from './call-command.js';
import { activeRunCommands } from './active-run-commands.js';
import { asCommand, type PortCommand } from './command-arbitraries.js';
import { lockCommands } from './lock-commands.js';
import { PRELUDE, REGISTRY_PRELUDE, SWEEPS } from './model-scripts.js';
import { MODEL_SETTINGS, ModelWorld, type ModelledPort } from './model-world.js';
import { recordCommands } from './record-commands.js';
import { advances, cacheCommands, registryCommands } from './store-commands.js';
import { UnitCommand } from './unit-command.js';

const { scenarios, testRuns, chaosEvents, testResults } = recordCommands;

const timed = ({ clock }: AdapterCapabilities): readonly fc.Arbitrary<PortCommand>[] =>
  clock.kind === 'manual' ? [advances] : [];
const all = ({ writes, reads, walks }: typeof scenarios): readonly fc.Arbitrary<PortCommand>[] => [
  ...[...writes, ...reads].map(asCommand),
  ...walks,
];
const [createScenario, updateScenario] = scenarios.writes.map(asCommand);
const [createRun, updateRun, deleteRun] = testRuns.writes.map(asCommand);

/** For each port, commands on it, and those on its parents that it needs to get anywhere. */
const commandsOf: {
  readonly [Subject in ContractSubject]?: (
    manifest: AdapterCapabilities,
  ) => readonly fc.Arbitrary<PortCommand>[];
} = {
  scenarios: (manifest) => [
    ...all(scenarios),
    ...(manifest.ports.includes('testRuns') ? [createRun!, deleteRun!] : []),
    ...timed(manifest),
  ],
  testRuns: (manifest) => [
    ...all(testRuns),
    createRun!,
    createRun!,
    updateRun!,
    updateRun!,
    createScenario!,
    createScenario!,
    updateScenario!,
    ...timed(manifest),
  ],
  chaosEvents: (manifest) => [
    ...all(chaosEvents),
    createScenario!,
    createRun!,
    createRun!,
    deleteRun!,
    ...timed(manifest),
  ],
  testResults: (manifest) => [
    ...all(testResults),
    createScenario!,
    createRun!,
    createRun!,
    deleteRun!,
    ...timed(manifest),
  ],
  serviceDiscovery: ({ clock }) => (clock.kind === 'manual' ? registryCommands : []),
  cache: ({ clock }) => cacheCommands(clock),
  executionLocks: ({ clock }) => lockCommands(clock),
  activeRuns: ({ clock }) => activeRunCommands(clock),
  auditLog: () => [],
  unitOfWork: ({ transactions }) => {
    if (transactions !== true) return [];
    const kinds = [scenarios, testRuns, chaosEvents, testResults];
    const write = fc.oneof(...kinds.flatMap(({ writes }) => writes));
    const unit = fc
      .tuple(fc.array(write, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 3 }))
      .map(([writes, dice]): PortCommand => new UnitCommand(writes, dice === 0));
    return [
      unit,
      unit,
      createScenario!,
      createScenario!,
      createRun!,
      ...kinds.flatMap(({ walks }) => walks),
      advances,
    ];
  },
};

/** A port beside its model, command by command; a port without commands has no such group. */
export function modelGroups(manifest: AdapterCapabilities): readonly ContractGroup[] {
  return manifest.ports.flatMap((subject) => {
    const commands = commandsOf[subject]?.(manifest) ?? [];
    if (commands.length === 0) return [];
    return [
      {
        subject,
        concern: 'model',
        title: 'Given a model of the port',
        tests: [modelTest(subject, manifest, commands)],
      },
    ];
  });
}

function preludeOf(subject: PortName): readonly PortCall[] {
  if (subject === 'serviceDiscovery') return REGISTRY_PRELUDE;
  return subject === 'cache' || subject === 'executionLocks' || subject === 'activeRuns' ? [] : PRELUDE;
}

/** The ports that are read to their end after a run. Locks are looked at after each command. */
function sweptWith(subject: PortName): readonly ModelledPort[] {
  if (subject === 'executionLocks' || subject === 'auditLog') return [];
  return subject === 'unitOfWork' ? (Object.keys(recordCommands) as ModelledPort[]) : [subject];
}

function modelTest(
  subject: PortName,
  { ports }: AdapterCapabilities,
  commands: readonly fc.Arbitrary<PortCommand>[],
): ContractTest {
  const start = preludeOf(subject).filter(({ port }) => ports.includes(port));
  const sweep = sweptWith(subject).flatMap((port) => SWEEPS[port]);
  return {
    title: 'When any commands are run on both, Then the adapter answers as the model does',
    async run({ harness, seed, runs, maxCommands, shrinks }) {
      const sequences = fc.commands([...commands], { maxCommands, size: 'max' });
      const property = fc.asyncProperty(sequences, async (sequence) => {
        const trial = await Trial.open(harness, MODEL_SETTINGS);
        try {
          const model = new ModelWorld(trial);
          await compare(model, trial, start);
          await fc.asyncModelRun(() => ({ model, real: trial }), sequence);
          await compare(model, trial, sweep);
        } finally {
          await trial.close();
        }
      });
      await fc.assert(property, { seed, numRuns: runs, endOnFailure: !shrinks });
    },
  };
}
