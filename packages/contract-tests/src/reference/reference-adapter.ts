import {
  DataAdapterError,
  LeaseKeeper,
  checkFence,
  checkServiceId,
  importInBatches,
  throwIfAborted,
  type AdapterHealth,
  type AdapterLifecycle,
  type CallOptions,
  type ExecutionLocks,
  type Repositories,
  type TestResultsRepository,
} from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import { ModelRefusal } from '../model/model-refusal.js';
import { CHECKS, checkArguments, checkTtl, type Check } from './argument-checks.js';
import type { RecordModels, ReferenceStore } from './reference-store.js';
import { watchModel } from './watch-model.js';

type Method = (...values: readonly unknown[]) => unknown;
type RecordPort = keyof Repositories;

/** A refused write undoes its unit; a refused read does not. */
const WRITE = /^(create|bulkCreate|update|delete|start|complete|record)/;
const RECORD_PORTS = ['scenarios', 'testRuns', 'chaosEvents', 'testResults'] as const;

/** One client of a reference store: the models behind checks of the arguments, copies, and a life. */
export class ReferenceAdapter implements AdapterLifecycle {
  readonly #keeper: LeaseKeeper;
  #life: 'new' | 'started' | 'stopped' = 'new';

  constructor(
    private readonly store: ReferenceStore,
    private readonly transactions: boolean,
  ) {
    const { locks } = store;
    this.#keeper = new LeaseKeeper({
      grant: (resource, lock, options) => this.#answer(options, () => locks.grant(resource, lock)),
      renew: (resource, fence, ttlMs) => this.#answer(undefined, () => locks.renew(resource, fence, ttlMs)),
      release: (resource, fence) => this.#answer(undefined, () => locks.release(resource, fence)),
    });
  }

  ports(): Ports {
    const { activeRuns, watchWindow } = this.store;
    return {
      ...this.#repositories(this.store.models, () => undefined),
      serviceDiscovery: this.#port<'serviceDiscovery'>('serviceDiscovery', this.store.serviceDiscovery),
      cache: this.#port<'cache'>('cache', this.store.cache),
      executionLocks: this.#locks(),
      activeRuns: {
        ...this.#port<'activeRuns'>('activeRuns', activeRuns),
        watch: (options = {}) => watchModel(activeRuns, watchWindow, options, () => this.#mayCall(undefined)),
      },
      auditLog: this.#port<'auditLog'>('auditLog', this.store.auditLog),
      unitOfWork: { run: (work, options) => this.#runUnit(work, options) },
    };
  }

  start(): Promise<void> {
    if (this.#life === 'stopped') return Promise.reject(closed());
    this.#life = 'started';
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const released = this.#life === 'started' ? this.#keeper.close() : undefined;
    this.#life = 'stopped';
    await released;
  }

  checkHealth(): Promise<AdapterHealth> {
    const up = this.#life === 'started' && this.store.link === 'up';
    return Promise.resolve({
      name: 'reference',
      status: up ? 'up' : 'down',
      latencyMs: 0,
      detail: up ? 'The models answer.' : 'The adapter is not started or cut off.',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #repositories(
    models: RecordModels,
    onRefusal: (error: unknown) => void,
    isClosed = () => false,
  ): Repositories {
    const ports = RECORD_PORTS.map((name) => [
      name,
      this.#port<RecordPort>(name, models[name], onRefusal, isClosed),
    ]);
    const repositories = Object.fromEntries(ports) as unknown as Repositories;
    const testResults: TestResultsRepository = {
      ...repositories.testResults,
      importAll: (results, options) => importInBatches(repositories.testResults, results, options),
    };
    return { ...repositories, testResults };
  }

  #port<Name extends keyof typeof CHECKS>(
    name: Name,
    model: object,
    onRefusal: (error: unknown) => void = () => undefined,
    isClosed = (): boolean => false,
  ): Ports[Name] {
    const methods = Object.entries<readonly Check[]>(CHECKS[name]).map(([method, checks]) => {
      // A turn of the event loop lies between the call and its effect, as it does with a real store.
      const call = async (...values: readonly unknown[]): Promise<unknown> => {
        try {
          if (isClosed()) throw closed();
          this.#mayCall(values[checks.length] as CallOptions | undefined);
          checkArguments(checks, values);
          const given = [...structuredClone(values.slice(0, checks.length)), ...values.slice(checks.length)];
          await Promise.resolve();
          return structuredClone((model as Record<string, Method>)[method]!(...given));
        } catch (error) {
          const refusal = error instanceof ModelRefusal ? asError(error, name, values[0]) : error;
          if (WRITE.test(method)) onRefusal(refusal);
          throw refusal;
        }
      };
      return [method, call];
    });
    return Object.fromEntries(methods) as Ports[Name];
  }

  #locks(): ExecutionLocks {
    return {
      acquire: (resource, request) => this.#keeper.acquire(resource, request),
      inspect: (resource, options) =>
        this.#answer(options, () => {
          checkServiceId(resource, 'resource');
          return structuredClone(this.store.locks.inspect(resource));
        }),
    };
  }

  async #answer<Value>(options: CallOptions | undefined, ask: () => Value): Promise<Value> {
    this.#mayCall(options);
    return ask();
  }

  #mayCall(options: CallOptions | undefined): void {
    throwIfAborted(options);
    if (this.#life !== 'started') throw closed();
    if (this.store.link === 'reset')
      throw new DataAdapterError('UNAVAILABLE', 'the store is away; try again');
    if (this.store.link === 'freeze')
      throw new DataAdapterError('TIMEOUT', 'the store does not answer; try again');
    checkFence(options);
    if (options !== undefined && 'ttlSeconds' in options && options.ttlSeconds !== undefined)
      checkTtl(options.ttlSeconds);
  }

  async #runUnit<Value>(
    work: (repositories: Repositories) => Promise<Value>,
    options: CallOptions | undefined,
  ): Promise<Value> {
    this.#mayCall(options);
    if (!this.transactions) throw new DataAdapterError('UNSUPPORTED', 'this adapter has no units of work');
    const before = this.store.state.copy();
    const unit = before.copy();
    const refusals: unknown[] = [];
    let settled = false;
    const repositories = this.#repositories(
      this.store.modelsOf(unit),
      (error) => refusals.push(error),
      () => settled,
    );
    try {
      const value = await work(repositories);
      if (refusals.length > 0) throw refusals[0];
      this.store.commit(before, unit);
      return value;
    } catch (error) {
      throw refusals[0] ?? error;
    } finally {
      settled = true;
    }
  }
}

function closed(): DataAdapterError {
  return new DataAdapterError('CLOSED', 'the adapter is not started or has stopped');
}

function asError({ codes, path, details }: ModelRefusal, port: string, first: unknown): DataAdapterError {
  const id = typeof first === 'string' ? first : idIn(port, first);
  return new DataAdapterError(codes[0]!, `${port} ${id ?? ''}: refused; read the record and decide again`, {
    ...(id !== undefined && { id }),
    ...(details !== undefined && { details }),
    ...(path !== undefined && {
      details: { ...details, field: path },
      problems: [{ path, problem: 'is refused in this state' }],
    }),
  });
}

const ID_FIELDS: Readonly<Record<string, string>> = {
  scenarios: 'scenarioId',
  testRuns: 'runId',
  chaosEvents: 'eventId',
  testResults: 'resultId',
};

function idIn(port: string, input: unknown): string | undefined {
  const field = ID_FIELDS[port];
  if (field === undefined || typeof input !== 'object' || input === null) return undefined;
  return (input as Record<string, string | undefined>)[field];
}
