import type { JsonObject, JsonValue, ScenarioType } from '@test-coordinator/domain';

import { goDurationMs } from '../mapping/go-duration.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { objectOf, objectsOf, textOf, textsOf } from '../source/json-access.js';
import type { ParsedReport } from '../mapping/parsed-report.js';
import { present } from '../mapping/parsed-result.js';
import { resourceIdentity, resourceName } from './kubernetes-resource.js';
import { scenarioIdOf } from '../mapping/scenario-identity.js';
import { storedConfiguration } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';

/** By kind, then by action; the empty action stands for all others of the kind. */
const TYPES: Readonly<Record<string, Readonly<Record<string, ScenarioType>>>> = {
  PodChaos: { '': 'service_restart' },
  NetworkChaos: { delay: 'network_latency', bandwidth: 'network_latency', '': 'network_partition' },
  StressChaos: { '': 'resource_exhaustion' },
  IOChaos: { latency: 'resource_exhaustion', fault: 'resource_exhaustion', '': 'data_corruption' },
  HTTPChaos: { abort: 'network_partition', delay: 'network_latency', '': 'data_corruption' },
  DNSChaos: { '': 'network_partition' },
};
const OTHER_FAULT = /^[A-Za-z]+Chaos$/;

/**
 * The draft scenario of a Chaos Mesh experiment, Schedule or Workflow, or `undefined` for another kind of resource.
 * A definition has no run.
 */
export function chaosMeshReport(document: JsonObject, warnings: ImportWarnings): ParsedReport | undefined {
  const kind = textOf(document['kind']) ?? '';
  const spec = objectOf(document['spec']) ?? {};
  const faults = faultsOf(kind, spec);
  if (faults === undefined) return undefined;
  const name = resourceName(document);
  return {
    format: 'chaos-mesh',
    scenario: {
      scenarioId: scenarioIdOf(name, resourceIdentity(document)),
      name,
      scenarioType: scenarioTypeOf(faults, warnings),
      configuration: storedConfiguration({
        resource: document,
        settings: settingsOf(spec, faults, warnings),
      }),
      servicesUnderTest: [...new Set(faults.flatMap(({ spec: fault }) => targetsOf(fault)))].slice(0, 1_000),
    },
    run: null,
    warnings: warnings.list(),
  };
}

interface MeshFault {
  readonly kind: string;
  readonly spec: JsonObject;
}

function faultsOf(kind: string, spec: JsonObject): readonly MeshFault[] | undefined {
  if (kind === 'Schedule') {
    const type = textOf(spec['type']) ?? '';
    return embedded(type, spec);
  }
  if (kind === 'Workflow') {
    return objectsOf(spec['templates']).flatMap((template) =>
      embedded(textOf(template['templateType']) ?? '', template),
    );
  }
  return OTHER_FAULT.test(kind) ? [{ kind, spec }] : undefined;
}

/** A Schedule of type PodChaos carries its definition under `podChaos`; the case of the first letters differs by kind. */
function embedded(type: string, holder: JsonObject): readonly MeshFault[] {
  const key = Object.keys(holder).find((name) => name.toLowerCase() === type.toLowerCase());
  const spec = key === undefined ? undefined : objectOf(holder[key]);
  return OTHER_FAULT.test(type) && spec !== undefined ? [{ kind: type, spec }] : [];
}

function scenarioTypeOf(faults: readonly MeshFault[], warnings: ImportWarnings): ScenarioType {
  const types = new Set<ScenarioType>();
  for (const { kind, spec } of faults) {
    const actions = TYPES[kind];
    const type = actions?.[textOf(spec['action']) ?? ''] ?? actions?.[''];
    if (type === undefined)
      warnings.addAt('a kind of fault has no scenario type of its own: taken as combined', kind);
    types.add(type ?? 'combined');
  }
  if (types.size === 0)
    warnings.add('the definition names no fault that is known: the scenario type is combined');
  return types.size === 1 ? [...types][0]! : 'combined';
}

/** Schedules and durations in one unit: Chaos Mesh writes Go durations such as 1m30s. */
function settingsOf(spec: JsonObject, faults: readonly MeshFault[], warnings: ImportWarnings): JsonObject {
  const milliseconds = (value: JsonValue | undefined): number | undefined => {
    const text = textOf(value);
    const duration = text === undefined ? undefined : goDurationMs(text);
    if (text !== undefined && duration === undefined) warnings.addAt('a duration cannot be read', text);
    return duration;
  };
  const schedule = textOf(spec['schedule']);
  return present({
    schedule,
    everyMs:
      schedule?.startsWith('@every ') === true
        ? milliseconds(schedule.slice('@every '.length).trim())
        : undefined,
    deadlineMs: milliseconds(spec['deadline']),
    faults: faults.map(({ kind, spec: fault }) =>
      present({
        kind,
        action: textOf(fault['action']),
        durationMs: milliseconds(fault['duration']),
        latencyMs: milliseconds(objectOf(fault['delay'])?.['latency']),
      }),
    ),
  });
}

function targetsOf(spec: JsonObject): readonly string[] {
  const selector = objectOf(spec['selector']);
  const labels = objectOf(selector?.['labelSelectors']) ?? {};
  const pods = Object.values(objectOf(selector?.['pods']) ?? {}).flatMap((names) => textsOf(names));
  const named = Object.values(labels).flatMap((label) => textOf(label) ?? []);
  return [...named, ...pods].map((target) => nameText(target, 'a selector', 200));
}
