import type { JsonValue } from '@test-coordinator/domain';
import fc from 'fast-check';

import type { ClockCapability } from '../adapter-harness.js';
import { fixtures } from '../fixtures.js';
import type { PortCall } from './call-command.js';
import { asCommand, calls, few, fields, walks, type PortCommand } from './command-arbitraries.js';
import { AdvanceCommand, AdvanceToEdgeCommand } from './time-commands.js';

const MOST = Number.MAX_SAFE_INTEGER;
const key = few('a', 'A', 'ab', '*');
const value = few<JsonValue>(1, 5, MOST, MOST, 'text', null, { n: 1, list: [1] });
const pattern = few('*', 'a*', '?', '[a-b]*', '\\*', '[^a]');
const keys = fc.array(key, { maxLength: 4 });

/** Steps in time; the small ones meet the ttl and threshold of model worlds from below. */
export const advances: fc.Arbitrary<PortCommand> = few(1, 500, 1_000, 1_999, 2_000, 3_000).map(
  (ms) => new AdvanceCommand(ms),
);

function toEdge(looks: readonly PortCall[]): fc.Arbitrary<PortCommand> {
  return few<-1 | 0 | 1>(-1, 0, 1).map((offset) => new AdvanceToEdgeCommand(offset, looks));
}

/** Where the store keeps the clock, no entry of a model test expires while it runs. */
export function cacheCommands({ kind }: ClockCapability): readonly fc.Arbitrary<PortCommand>[] {
  const ttlSeconds = kind === 'manual' ? few(0.001, 1, 1.5, 2, null, undefined) : few(3_600, null);
  const options =
    kind === 'manual' ? fields({ ttlSeconds }) : fc.record({ ttlSeconds }, { noNullPrototype: true });
  const entries = fc.array(fc.tuple(key, value), { maxLength: 3 }).map((pairs) => new Map(pairs));
  const timed = [
    advances,
    toEdge(['a', 'A', 'ab', '*'].map((name) => ({ port: 'cache', method: 'exists', values: [name] }))),
    asCommand(calls('cache', 'getTtl', key)),
  ];
  return [
    calls('cache', 'get', key),
    calls('cache', 'set', key, value, options),
    calls('cache', 'set', key, value, options),
    calls('cache', 'delete', key),
    calls('cache', 'exists', key),
    calls('cache', 'expire', key, kind === 'manual' ? few(0.001, 1, 2, null) : ttlSeconds),
    calls('cache', 'increment', key, few(1, -2, 0, MOST), options),
    calls('cache', 'decrement', key, few(1, 3), options),
    calls('cache', 'getMany', keys),
    calls('cache', 'setMany', entries, options),
    calls('cache', 'deleteMany', keys),
    calls('cache', 'keys', pattern),
    calls('cache', 'deletePattern', pattern),
    calls('cache', 'flushAll'),
    calls('cache', 'getJson', key),
    calls('cache', 'setJson', key, few({}, { n: 2 }), options),
  ]
    .map(asCommand)
    .concat(kind === 'manual' ? timed : []);
}

const serviceId = few('a', 'A', 'b', 'c');
const serviceName = few('engine', 'Engine');

export const registryCommands: readonly fc.Arbitrary<PortCommand>[] = [
  calls(
    'serviceDiscovery',
    'register',
    fc
      .tuple(serviceId, serviceName, fields({ metadata: few({}, { zone: ['a'] }), httpPort: few(0, 80) }))
      .map(([id, name, rest]) => ({ ...fixtures.service(), serviceId: id, serviceName: name, ...rest })),
  ),
  calls('serviceDiscovery', 'deregister', serviceId),
  calls('serviceDiscovery', 'updateHeartbeat', serviceId),
  calls('serviceDiscovery', 'getServiceById', serviceId),
  calls('serviceDiscovery', 'getServiceByName', serviceName),
  calls('serviceDiscovery', 'isServiceHealthy', serviceId),
  calls('serviceDiscovery', 'removeStaleServices'),
  calls('serviceDiscovery', 'getServiceCount'),
]
  .map(asCommand)
  .concat(
    walks('serviceDiscovery', 'listAllServices'),
    walks('serviceDiscovery', 'listAllServices'),
    walks('serviceDiscovery', 'listServicesByName', serviceName),
    advances,
    toEdge(
      ['a', 'A', 'b', 'c'].map((name) => ({
        port: 'serviceDiscovery',
        method: 'isServiceHealthy',
        values: [name],
      })),
    ),
    asCommand(calls('serviceDiscovery', 'updateHeartbeat', serviceId)),
  );
