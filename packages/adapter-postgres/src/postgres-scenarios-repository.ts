import {
  changeScenario,
  moveScenario,
  newScenario,
  SCENARIO_MOVES,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  scenarioChangeRules,
  sourcesOf,
  type NewScenario,
  type Scenario,
  type ScenarioChanges,
  type ScenarioStatus,
  type ScenarioType,
} from '@test-coordinator/domain';
import {
  checkOneOf,
  checkScenarioFilter,
  checkScenarioId,
  checkText,
  checkVersion,
  DataAdapterError,
  readPage,
  refused,
  type CallOptions,
  type ListRequest,
  type Page,
  type PageRequest,
  type ReadPage,
  type ScenarioFilter,
  type ScenariosRepository,
} from '@test-coordinator/ports';

import { Conditions, cursorId, timeBound } from './conditions.js';
import {
  assignments,
  guardedChange,
  disagreement,
  NO_FENCE,
  notFound,
  sendChange,
  versionConflict,
  type GuardedChange,
} from './record-changes.js';
import { RecordCreation } from './record-creation.js';
import { pageOf } from './record-lists.js';
import { RecordLookup } from './record-lookup.js';
import type { RecordTable } from './record-table.js';
import type { RepositoryContext } from './repository-context.js';
import type { Statement } from './statement-exchange.js';

export class PostgresScenariosRepository implements ScenariosRepository {
  readonly #table: RecordTable<Scenario>;
  readonly #creation: RecordCreation<Scenario>;
  readonly #lookup: RecordLookup<Scenario>;
  readonly #move: GuardedChange;
  readonly #delete: Statement;

  constructor(private readonly context: RepositoryContext) {
    const { session, tables } = context;
    this.#table = tables.scenarios;
    this.#creation = new RecordCreation(session, this.#table, { movesOn: true });
    this.#lookup = new RecordLookup(session, this.#table);
    this.#move = guardedChange(this.#table, {
      name: 'scenario-move',
      set: 'status = $2, updated_at = $3, version = t.version + 1',
      guard: 't.status = ANY ($4::text[])',
      fence: NO_FENCE,
    });
    this.#delete = {
      name: 'scenario-delete',
      text: `WITH target AS MATERIALIZED (SELECT scenario_id FROM ${this.#table.name} WHERE scenario_id = $1 FOR UPDATE),
deleted AS (DELETE FROM ${this.#table.name} s USING target WHERE s.scenario_id = target.scenario_id
  AND NOT EXISTS (SELECT FROM ${tables.runs.name} r WHERE r.scenario_id = $1) RETURNING 1)
SELECT EXISTS (SELECT FROM deleted) FROM target`,
    };
  }

  create(scenario: NewScenario, options?: CallOptions): Promise<Scenario> {
    return this.context.session.write('scenarios.create', options, () =>
      this.#creation.create(refused(() => newScenario(scenario, this.context.clock.now()))),
    );
  }

  getById(scenarioId: string, options?: CallOptions): Promise<Scenario | null> {
    return this.context.session.read('scenarios.getById', options, () => {
      checkScenarioId(scenarioId);
      return this.#lookup.find(scenarioId);
    });
  }

  update(
    scenarioId: string,
    version: number,
    changes: ScenarioChanges,
    options?: CallOptions,
  ): Promise<Scenario> {
    return this.context.session.write('scenarios.update', options, async () => {
      checkScenarioId(scenarioId);
      checkVersion(version);
      const fields = refused(() => scenarioChangeRules.read(changes));
      const now = this.context.clock.now();
      const { set, values, shape } = assignments(this.#table, fields, 5);
      const change = guardedChange(this.#table, {
        name: `scenario-update-${shape}`,
        set: `updated_at = $3, ${set}`,
        guard: 't.version = $2 AND NOT $4',
        fence: NO_FENCE,
      });
      const dependsOnItself = fields.dependsOn?.includes(scenarioId) ?? false;
      const outcome = await sendChange(this.context.session, this.#table, change, [
        scenarioId,
        version,
        now.toISOString(),
        dependsOnItself,
        ...values,
      ]);
      if (outcome === undefined) throw notFound('scenario', scenarioId);
      if ('changed' in outcome) return outcome.changed;
      if (outcome.unchanged.version !== version) throw versionConflict('scenario', scenarioId, version);
      refused(() => changeScenario(outcome.unchanged, fields, now));
      throw disagreement('scenario', scenarioId);
    });
  }

  delete(scenarioId: string, options?: CallOptions): Promise<boolean> {
    return this.context.session.write('scenarios.delete', options, async () => {
      checkScenarioId(scenarioId);
      try {
        const [row] = await this.context.session.query(this.#delete, [scenarioId], 'write');
        if (row?.[0] === false) throw this.#inUse(scenarioId);
        return row !== undefined;
      } catch (error) {
        // A run that was stored while the statement waited for it is seen by the foreign key alone.
        if (DataAdapterError.is(error) && error.code === 'REFERENCE_VIOLATION') throw this.#inUse(scenarioId);
        throw error;
      }
    });
  }

  find(filter: ScenarioFilter, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.context.session.read('scenarios.find', options, () => {
      checkScenarioFilter(filter);
      return this.#list(filter, readPage(page, 'timeAndId'));
    });
  }

  listAll(page?: ListRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.context.session.read('scenarios.listAll', options, () =>
      this.#list({}, readPage(page, 'timeAndId', true)),
    );
  }

  getByType(scenarioType: ScenarioType, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.context.session.read('scenarios.getByType', options, () => {
      checkOneOf(scenarioType, SCENARIO_TYPES, 'scenarioType');
      return this.#list({ types: [scenarioType] }, readPage(page, 'timeAndId'));
    });
  }

  getByStatus(status: ScenarioStatus, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.context.session.read('scenarios.getByStatus', options, () => {
      checkOneOf(status, SCENARIO_STATUSES, 'status');
      return this.#list({ statuses: [status] }, readPage(page, 'timeAndId'));
    });
  }

  updateStatus(scenarioId: string, status: ScenarioStatus, options?: CallOptions): Promise<Scenario> {
    return this.context.session.write('scenarios.updateStatus', options, async () => {
      checkScenarioId(scenarioId);
      checkOneOf(status, SCENARIO_STATUSES, 'status');
      const now = this.context.clock.now();
      const outcome = await sendChange(this.context.session, this.#table, this.#move, [
        scenarioId,
        status,
        now.toISOString(),
        sourcesOf(SCENARIO_MOVES, status),
      ]);
      if (outcome === undefined) throw notFound('scenario', scenarioId);
      if ('changed' in outcome) return outcome.changed;
      const judged = refused(() => moveScenario(outcome.unchanged, status, now));
      if (judged !== outcome.unchanged) throw disagreement('scenario', scenarioId);
      return judged;
    });
  }

  searchByTag(tag: string, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.context.session.read('scenarios.searchByTag', options, () => {
      checkText(tag, 'tag');
      return this.#list({ tag }, readPage(page, 'timeAndId'));
    });
  }

  getActiveScenarios(page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.context.session.read('scenarios.getActiveScenarios', options, () =>
      this.#list({ statuses: ['active'] }, readPage(page, 'timeAndId')),
    );
  }

  async #list(filter: ScenarioFilter, page: ReadPage): Promise<Page<Scenario>> {
    const conditions = scenarioConditions(filter, 't').range('t.created_at', filter);
    const id = cursorId(page, 'text');
    const named = conditions.name('scenario-list', id === undefined ? '' : 'after');
    let beyond = '';
    if (id !== undefined) {
      const time = timeBound((page.after as readonly [number, string])[0]);
      beyond = ` AND (t.created_at, t.scenario_id) < (${conditions.parameter(time)}::timestamptz, ${conditions.parameter(id)})`;
    }
    const text = `SELECT ${this.#table.list('t')} FROM ${this.#table.name} t WHERE ${conditions.sql}${beyond}
ORDER BY t.created_at DESC, t.scenario_id DESC LIMIT ${conditions.parameter(page.limit + 1)} OFFSET ${conditions.parameter(page.offset)}`;
    const rows = await this.context.session.query({ ...named, text }, conditions.values, 'read');
    const found = rows.map((row) => this.#table.read(row));
    return pageOf(found, page.limit, ({ createdAt, scenarioId }) => [createdAt.getTime(), scenarioId]);
  }

  #inUse(id: string): DataAdapterError {
    const message = `scenario ${id} has runs; delete them first, or archive the scenario`;
    return new DataAdapterError('IN_USE', message, { entity: 'scenario', id });
  }
}

/** The conditions of a filter on a scenario itself, which filters on runs share. */
export function scenarioConditions(
  filter: Pick<ScenarioFilter, 'statuses' | 'types' | 'service' | 'tag' | 'text'>,
  alias: string,
): Conditions {
  return new Conditions()
    .anyOf(`${alias}.status`, filter.statuses)
    .anyOf(`${alias}.scenario_type`, filter.types)
    .where(`${alias}.services_under_test @> ARRAY[$?::text]`, filter.service)
    .where(`${alias}.tags @> ARRAY[$?::text]`, filter.tag)
    .text(`${alias}.name`, filter.text);
}
