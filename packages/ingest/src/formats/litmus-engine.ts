import type { JsonObject } from '@test-coordinator/domain';

import { serviceOfSelector } from './chaostoolkit-activity.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { objectOf, objectsOf, textOf } from '../source/json-access.js';
import { resourceIdentity, resourceName } from './kubernetes-resource.js';
import { scenarioTypeOfExperiments } from './litmus-fault.js';
import type { ParsedReport } from '../mapping/parsed-report.js';
import { millisecondsOf, present } from '../mapping/parsed-result.js';
import { scenarioIdOf } from '../mapping/scenario-identity.js';
import { storedConfiguration } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';

/** The draft scenario of a ChaosEngine. A definition has no run. */
export function chaosEngineReport(document: JsonObject, warnings: ImportWarnings): ParsedReport {
  const name = resourceName(document);
  const spec = objectOf(document['spec']) ?? {};
  const experiments = objectsOf(spec['experiments']);
  const label = textOf(objectOf(spec['appinfo'])?.['applabel']);
  if (label === undefined)
    warnings.add('the engine names no application (appinfo.applabel): no service under test is known');
  return {
    format: 'litmus',
    scenario: {
      scenarioId: scenarioIdOf(name, resourceIdentity(document)),
      name,
      scenarioType: scenarioTypeOfExperiments(experiments.map(nameOf), warnings),
      configuration: storedConfiguration({ resource: document, settings: experiments.map(settingsOf) }),
      servicesUnderTest:
        label === undefined ? [] : [nameText(serviceOfSelector(label), 'appinfo.applabel', 200)],
      expectedOutcomes: experiments
        .flatMap((experiment) => objectsOf(objectOf(experiment['spec'])?.['probe']))
        .map((probe) => nameText(nameOf(probe), 'the name of a probe', 2_000))
        .slice(0, 1_000),
    },
    run: null,
    warnings: warnings.list(),
  };
}

function nameOf(document: JsonObject): string {
  return textOf(document['name']) ?? '(unnamed)';
}

/** The times of an experiment in one unit: Litmus writes env values as texts, the duration in seconds, the latency in milliseconds. */
function settingsOf(experiment: JsonObject): JsonObject {
  const components = objectOf(objectOf(experiment['spec'])?.['components']);
  const env = new Map(objectsOf(components?.['env']).map((entry) => [textOf(entry['name']), entry['value']]));
  const amount = (key: string): number | undefined => {
    const value = env.get(key);
    const told = typeof value === 'number' ? value : Number(textOf(value) ?? Number.NaN);
    return Number.isFinite(told) && told >= 0 ? told : undefined;
  };
  return present({
    experiment: nameOf(experiment),
    durationMs: millisecondsOf(amount('TOTAL_CHAOS_DURATION')) ?? undefined,
    latencyMs: amount('NETWORK_LATENCY'),
    jitterMs: amount('JITTER'),
  });
}
