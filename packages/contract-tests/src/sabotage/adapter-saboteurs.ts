import type { CallOptions, Repositories } from '@test-coordinator/ports';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

const REPOSITORIES = ['scenarios', 'testRuns', 'chaosEvents', 'testResults'] as const;

export const adapterSaboteurs: readonly Saboteur[] = [
  {
    mistake: 'writes through to the store from within a unit',
    caughtBy: ['unitOfWork/commit and rollback', 'unitOfWork/isolation', 'unitOfWork/model'],
    sabotage({ ports }) {
      return { ports: { unitOfWork: { run: (work) => work(ports) } } };
    },
  },
  {
    mistake: 'leaves the repositories of a unit open',
    caughtBy: ['unitOfWork/commit and rollback'],
    sabotage({ ports }) {
      const { unitOfWork } = ports;
      return {
        ports: {
          unitOfWork: instead(unitOfWork, {
            run: async (work, options) => {
              let settled = false;
              try {
                return await unitOfWork.run(
                  (bound) => work(untilSettled(bound, ports, () => settled)),
                  options,
                );
              } finally {
                settled = true;
              }
            },
          }),
        },
      };
    },
  },
  {
    mistake: 'keeps a conflict of units to itself',
    caughtBy: ['unitOfWork/conflicts'],
    sabotage({ ports: { unitOfWork } }) {
      return {
        ports: {
          unitOfWork: instead(unitOfWork, {
            run: <Value>(work: (repositories: Repositories) => Promise<Value>, options?: CallOptions) =>
              onRefusal(unitOfWork.run(work, options), 'VERSION_CONFLICT', () => undefined as Value),
          }),
        },
      };
    },
  },
  {
    mistake: 'runs the work again, without a unit, when it was refused',
    caughtBy: ['unitOfWork/commit and rollback'],
    sabotage({ ports }) {
      return {
        ports: {
          unitOfWork: instead(ports.unitOfWork, {
            run: <Value>(work: (repositories: Repositories) => Promise<Value>, options?: CallOptions) =>
              onRefusal(ports.unitOfWork.run(work, options), 'ALREADY_EXISTS', () => work(ports)),
          }),
        },
      };
    },
  },
  {
    mistake: 'sends a call whose signal is aborted',
    caughtBy: [
      'scenarios/call options',
      'testResults/call options',
      'cache/call options',
      'executionLocks/call options',
      'activeRuns/call options',
      'unitOfWork/call options',
    ],
    sabotage({ ports: { scenarios, testResults, cache, executionLocks, activeRuns, unitOfWork } }) {
      const unsignalled = (options: CallOptions | undefined): CallOptions => ({
        ...options,
        signal: undefined,
      });
      return {
        ports: {
          scenarios: instead(scenarios, {
            create: (scenario, options) => scenarios.create(scenario, unsignalled(options)),
          }),
          testResults: instead(testResults, {
            bulkCreate: (results, options) => testResults.bulkCreate(results, unsignalled(options)),
          }),
          unitOfWork: instead(unitOfWork, {
            run: (work, options) => unitOfWork.run(work, unsignalled(options)),
          }),
          executionLocks: instead(executionLocks, {
            acquire: (resource, request) =>
              executionLocks.acquire(resource, { ...request, signal: undefined }),
          }),
          activeRuns: instead(activeRuns, {
            clear: (runId, options) => activeRuns.clear(runId, unsignalled(options)),
          }),
          cache: instead(cache, { flushAll: (options) => cache.flushAll(unsignalled(options)) }),
        },
      };
    },
  },
  {
    mistake: 'rejects an aborted call with an error of its own',
    caughtBy: ['serviceDiscovery/call options'],
    sabotage({ ports: { serviceDiscovery } }) {
      const getServiceCount: typeof serviceDiscovery.getServiceCount = (options) =>
        options?.signal?.aborted === true
          ? Promise.reject(new Error('aborted'))
          : serviceDiscovery.getServiceCount(options);
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { getServiceCount }) } };
    },
  },
  {
    mistake: 'goes on answering after it has stopped',
    caughtBy: ['adapter/lifecycle'],
    sabotage({ lifecycle }) {
      return { lifecycle: instead(lifecycle, { stop: () => Promise.resolve() }) };
    },
  },
  {
    mistake: 'rejects when it is asked for its health after a stop',
    caughtBy: ['adapter/lifecycle'],
    sabotage({ lifecycle }) {
      let stopped = false;
      return {
        lifecycle: instead(lifecycle, {
          stop: () => {
            stopped = true;
            return lifecycle.stop();
          },
          checkHealth: () => (stopped ? Promise.reject(new Error('stopped')) : lifecycle.checkHealth()),
        }),
      };
    },
  },
  {
    mistake: 'cannot be stopped twice',
    caughtBy: ['adapter/lifecycle'],
    sabotage({ lifecycle }) {
      let stops = 0;
      const stop = (): Promise<void> => {
        stops += 1;
        return stops === 1 ? lifecycle.stop() : Promise.reject(new Error('stopped already'));
      };
      return { lifecycle: instead(lifecycle, { stop }) };
    },
  },
  {
    mistake: 'has a port less than it declares',
    caughtBy: ['adapter/capabilities'],
    sabotage() {
      return { ports: { cache: undefined } as unknown as Record<never, never> };
    },
  },
];

/** The bound repositories, and the open ones of the store once the unit has settled. */
function untilSettled(bound: Repositories, open: Repositories, isSettled: () => boolean): Repositories {
  const ports = REPOSITORIES.map((name) => {
    const get = (_: object, method: string | symbol): unknown => {
      const target = isSettled() ? open[name] : bound[name];
      const found = Reflect.get(target, method) as unknown;
      return typeof found === 'function' ? (found as CallableFunction).bind(target) : found;
    };
    return [name, new Proxy({}, { get })];
  });
  return Object.fromEntries(ports) as unknown as Repositories;
}
