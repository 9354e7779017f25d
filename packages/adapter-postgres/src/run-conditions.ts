import type { ChaosEventFilter, TestResultFilter, TestRunFilter } from '@test-coordinator/ports';

import { Conditions } from './conditions.js';
import { scenarioConditions } from './postgres-scenarios-repository.js';
import type { Tables } from './tables.js';

/** The conditions of a filter on runs `t`. */
export function testRunConditions(filter: TestRunFilter, tables: Tables): Conditions {
  const { types, service, tag, text } = filter;
  return new Conditions()
    .where('t.scenario_id = $?', filter.scenarioId)
    .anyOf('t.status', filter.statuses)
    .where('t.test_environment = $?', filter.environment)
    .equal('external', 't.external_id = $?', filter.externalId)
    .where('t.unverified = $?', filter.unverified)
    .where('t.run_id < $?', filter.recordedBefore)
    .range('t.started_at', filter)
    .among(
      't.scenario_id',
      `SELECT s.scenario_id FROM ${tables.scenarios.name} s`,
      scenarioConditions({ types, service, tag, text }, 's'),
    );
}

/** The conditions of a filter on what belongs to runs: their own run, or the runs of a scenario or environment. */
export function childConditions(
  filter: Pick<ChaosEventFilter & TestResultFilter, 'runId' | 'scenarioId' | 'environment'>,
  tables: Tables,
): Conditions {
  const ofRuns = new Conditions()
    .where('r.scenario_id = $?', filter.scenarioId)
    .where('r.test_environment = $?', filter.environment);
  return new Conditions()
    .equal('run', 't.run_id = $?', filter.runId)
    .among('t.run_id', `SELECT r.run_id FROM ${tables.runs.name} r`, ofRuns);
}
