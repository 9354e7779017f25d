import type { JsonObject, NewScenario, ScenarioType } from '@test-coordinator/domain';

import { Activity } from './chaostoolkit-activity.js';
import { kindOfAction, SCENARIO_TYPE_OF_EVENT } from './fault-table.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { objectOf, objectsOf, textOf, textsOf } from '../source/json-access.js';
import type { ParsedReport } from '../mapping/parsed-report.js';
import { scenarioIdOf } from '../mapping/scenario-identity.js';
import { storedConfiguration } from '../mapping/stored-document.js';
import { cutText, nameText } from '../mapping/stored-text.js';

/** Whether a document is an experiment: it has a title, and a method or a hypothesis. */
export function isExperiment(document: JsonObject): boolean {
  return (
    textOf(document['title']) !== undefined &&
    (Array.isArray(document['method']) || objectOf(document['steady-state-hypothesis']) !== undefined)
  );
}

/** The draft scenario of a bare experiment file. */
export function experimentReport(document: JsonObject, warnings: ImportWarnings): ParsedReport {
  const scenario = scenarioOf(document, warnings);
  return { format: 'chaostoolkit-experiment', scenario, run: null, warnings: warnings.list() };
}

/** The scenario of an experiment; its id is the same however often the experiment runs, dry or not. */
export function scenarioOf(experiment: JsonObject, warnings: ImportWarnings): NewScenario {
  const title = nameText(textOf(experiment['title']) ?? 'untitled experiment', 'experiment.title', 200);
  const { dry: _dry, ...identity } = experiment;
  const description = textOf(experiment['description']);
  return {
    scenarioId: scenarioIdOf(title, identity),
    name: title,
    ...(description !== undefined && {
      description: nameText(description, 'experiment.description', 10_000),
    }),
    scenarioType: scenarioTypeOf(experiment, warnings),
    configuration: storedConfiguration(experiment),
    servicesUnderTest: servicesOf(experiment),
    expectedOutcomes: outcomesOf(experiment),
    tags: [...new Set(textsOf(experiment['tags']).map((tag) => nameText(tag, 'experiment.tags', 128)))].slice(
      0,
      100,
    ),
  };
}

export function hypothesisOf(experiment: JsonObject): JsonObject | undefined {
  return objectOf(experiment['steady-state-hypothesis']);
}

/** The probes that the hypothesis declares, in the order in which they are checked. */
export function hypothesisProbes(experiment: JsonObject): readonly Activity[] {
  return objectsOf(hypothesisOf(experiment)?.['probes']).map((probe) => new Activity(probe));
}

function methodOf(experiment: JsonObject): readonly Activity[] {
  return objectsOf(experiment['method']).map((activity) => new Activity(activity));
}

function scenarioTypeOf(experiment: JsonObject, warnings: ImportWarnings): ScenarioType {
  const types = new Set<ScenarioType>();
  for (const activity of methodOf(experiment)) {
    if (!activity.isAction) continue;
    const action = kindOfAction(activity);
    if (action.kind === 'fault') types.add(SCENARIO_TYPE_OF_EVENT[action.eventType]);
  }
  const [type] = types;
  if (type === undefined) {
    warnings.add(
      'no action of the method is known to inject a fault: the scenario type is taken as combined',
    );
  }
  return types.size === 1 ? type! : 'combined';
}

function servicesOf(experiment: JsonObject): readonly string[] {
  const activities = [...methodOf(experiment), ...hypothesisProbes(experiment)];
  const services = activities.flatMap((activity) => activity.target ?? []);
  return [...new Set(services.map((service) => nameText(service, 'the target of an activity', 200)))].slice(
    0,
    1_000,
  );
}

function outcomesOf(experiment: JsonObject): readonly string[] {
  const hypothesis = hypothesisOf(experiment);
  const outcomes = [
    textOf(hypothesis?.['title']),
    ...hypothesisProbes(experiment)
      .filter(({ document }) => document['tolerance'] !== undefined)
      .map(({ name }) => name),
  ];
  return outcomes
    .filter((outcome) => outcome !== undefined)
    .map((outcome) => cutText(nameText(outcome, 'an expected outcome', 2_000), 2_000))
    .slice(0, 1_000);
}
