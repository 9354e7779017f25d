import {
  ASSERTION_TYPES,
  EVENT_STATUSES,
  EVENT_TYPES,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  type SchemaFragment,
} from '@test-coordinator/domain';

import { anyOf } from './api-route.js';
import { TIME } from './record-schemas.js';

/** What lists and figures are asked for: the fields of the ports' filters, as parameters of a query. */
type Filter = Readonly<Record<string, SchemaFragment>>;

export const SCENARIO_FILTER: Filter = {
  statuses: anyOf(SCENARIO_STATUSES),
  types: anyOf(SCENARIO_TYPES),
  service: { type: 'string', description: 'One of its services under test' },
  tag: { type: 'string' },
  text: { type: 'string', description: 'Found anywhere in the name' },
  from: { ...TIME, description: 'Created at or after this time' },
  to: { ...TIME, description: 'Created before this time' },
};

export const RUN_FILTER: Filter = {
  scenarioId: { type: 'string' },
  statuses: anyOf(RUN_STATUSES),
  types: { ...anyOf(SCENARIO_TYPES), description: "Of the run's scenario" },
  service: { type: 'string', description: "One of the scenario's services under test" },
  tag: { type: 'string', description: 'Of the scenario' },
  environment: { type: 'string' },
  externalId: { type: 'string' },
  unverified: { type: 'boolean', description: 'Passed without having verified anything' },
  recordedBefore: { type: 'string', description: "Only runs with a smaller id than this run's" },
  text: { type: 'string', description: "Found anywhere in the scenario's name" },
  from: { ...TIME, description: 'Started at or after this time' },
  to: { ...TIME, description: 'Started before this time' },
};

export const EVENT_FILTER: Filter = {
  scenarioId: { type: 'string' },
  runId: { type: 'string' },
  statuses: anyOf(EVENT_STATUSES),
  types: anyOf(EVENT_TYPES),
  service: { type: 'string', description: 'The target service' },
  environment: { type: 'string', description: "Of the event's run" },
  from: { ...TIME, description: 'Injected at or after this time' },
  to: { ...TIME, description: 'Injected before this time' },
};

export const RESULT_FILTER: Filter = {
  scenarioId: { type: 'string' },
  runId: { type: 'string' },
  statuses: anyOf(RESULT_STATUSES),
  types: { ...anyOf(ASSERTION_TYPES), description: 'Assertion types' },
  environment: { type: 'string', description: "Of the result's run" },
  correlationId: { type: 'string' },
  flaky: { type: 'boolean', description: 'Passed only after another attempt' },
  text: { type: 'string', description: 'Found anywhere in the name' },
  from: { ...TIME, description: 'Verified at or after this time' },
  to: { ...TIME, description: 'Verified before this time' },
};
