import type { ScenarioType } from '@test-coordinator/domain';

import type { ImportWarnings } from './import-warnings.js';

const TYPE_WORDS: readonly (readonly [words: RegExp, type: ScenarioType])[] = [
  [/latenc|delay|slow/i, 'network_latency'],
  [/partition|packet.?loss|disconnect|isolat/i, 'network_partition'],
  [/restart|reboot|kill|terminat|crash|fail.?over/i, 'service_restart'],
  [/cpu|memory|stress|exhaust|hog|disk.?(full|fill)/i, 'resource_exhaustion'],
  [/corrupt/i, 'data_corruption'],
];

/** The scenario type that a name tells of: one kind of fault, else combined. Formats of test tools carry no fault. */
export function scenarioTypeOfName(name: string, warnings: ImportWarnings): ScenarioType {
  const types = TYPE_WORDS.filter(([words]) => words.test(name)).map(([, type]) => type);
  const type = types.length === 1 ? types[0]! : 'combined';
  warnings.add(
    `the format tells no fault: the scenario type is ${type}, by its name, and no chaos event is recorded`,
  );
  return type;
}

/** A file's name without folder and endings; empty when that says nothing (`report.xml`, `results.json`, stdin). */
export function nameOfFile(fileName: string | undefined): string {
  const stem = (fileName ?? '').replace(/^.*[/\\]/, '').replace(/(\.(gz|xml|json|ya?ml|junit|ctrf))+$/i, '');
  return /^(-|)$/.test(stem) ? '' : stem;
}
