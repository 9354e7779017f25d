import { SCENARIO_STATUSES, SCENARIO_TYPES, type Scenario } from '@test-coordinator/domain';
import { EntitySchema } from 'typeorm';

import { oneOf } from './checks.js';

/** What the table holds besides the record itself. */
export interface StoredScenario extends Scenario {
  /** sha256 of what was given at creation. */
  readonly creationHash: Buffer;
}

/** The scenario's table as TypeORM sees it. The order of the columns is the order in which rows are read. */
export const scenarioSchema = new EntitySchema<StoredScenario>({
  name: 'scenario',
  tableName: 'scenarios',
  columns: {
    scenarioId: {
      name: 'scenario_id',
      type: 'text',
      collation: 'C',
      primary: true,
      primaryKeyConstraintName: 'scenarios_pkey',
    },
    name: { type: 'text' },
    description: { type: 'text', nullable: true },
    scenarioType: { name: 'scenario_type', type: 'text' },
    status: { type: 'text' },
    configuration: { type: 'jsonb' },
    servicesUnderTest: { name: 'services_under_test', type: 'text', array: true },
    expectedOutcomes: { name: 'expected_outcomes', type: 'text', array: true },
    dependsOn: { name: 'depends_on', type: 'text', array: true },
    tags: { type: 'text', array: true },
    createdBy: { name: 'created_by', type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'timestamptz', precision: 3 },
    version: { type: 'integer' },
    creationHash: { name: 'creation_hash', type: 'bytea', select: false },
  },
  checks: [
    oneOf('scenarios_type_check', 'scenario_type', SCENARIO_TYPES),
    oneOf('scenarios_status_check', 'status', SCENARIO_STATUSES),
    { name: 'scenarios_version_check', expression: 'version >= 1' },
  ],
  indices: [
    { name: 'scenarios_by_time', columns: ['createdAt', 'scenarioId'] },
    { name: 'scenarios_by_status', columns: ['status', 'createdAt', 'scenarioId'] },
    { name: 'scenarios_by_type', columns: ['scenarioType', 'createdAt', 'scenarioId'] },
    // A gin index, which an entity cannot say.
    { name: 'scenarios_by_tag', columns: ['tags'], synchronize: false },
  ],
});
