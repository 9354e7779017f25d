import type { EventType, ScenarioType } from '@test-coordinator/domain';

import { SCENARIO_TYPE_OF_EVENT } from './fault-table.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';

/** Litmus experiments by the words of their names; the first row that matches decides. */
const ROWS: readonly (readonly [name: RegExp, type: EventType])[] = [
  [/latency|delay|modify|rate-limit/, 'network_latency'],
  [/loss|corruption|duplication/, 'network_packet_loss'],
  [/partition|dns|http-reset|blackhole/, 'network_partition'],
  [/memory/, 'memory_stress'],
  [/disk|io-stress|fill/, 'disk_io_stress'],
  [/cpu|hog|stress/, 'cpu_stress'],
  [/time|clock/, 'clock_skew'],
  [/restart|reboot/, 'service_restart'],
  [/delete|kill|terminate|stop|drain|taint|autoscaler|detach|poweroff/, 'service_kill'],
];

/** The scenario type of Litmus experiments: one kind of fault, else combined. */
export function scenarioTypeOfExperiments(names: readonly string[], warnings: ImportWarnings): ScenarioType {
  const types = new Set<ScenarioType>();
  for (const name of names) {
    const event = ROWS.find(([words]) => words.test(name))?.[1];
    if (event === undefined)
      warnings.addAt('an experiment is not known here: the scenario type is combined', name);
    types.add(event === undefined ? 'combined' : SCENARIO_TYPE_OF_EVENT[event]);
  }
  return types.size === 1 ? [...types][0]! : 'combined';
}
