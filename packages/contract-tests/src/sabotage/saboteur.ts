import { DataAdapterError, type AdapterLifecycle, type ErrorCode } from '@test-coordinator/ports';

import type { AdapterHarness, Ports, WorldDependencies } from '../adapter-harness.js';
import type { GroupName } from '../contract-group.js';

/** A good adapter, as a saboteur finds it. */
export interface GoodWorld {
  readonly ports: Ports;
  readonly lifecycle: AdapterLifecycle;
  readonly dependencies: WorldDependencies;
}

/** One mistake that an adapter may have, made on purpose. */
export interface Saboteur {
  /** What the broken adapter does: the end of the sentence “When an adapter …”. */
  readonly mistake: string;
  /** The groups that must each catch it. */
  readonly caughtBy: readonly GroupName[];
  /** The ports, or the life, that differ from those of the good adapter. */
  sabotage(good: GoodWorld): { readonly ports?: Partial<Ports>; readonly lifecycle?: AdapterLifecycle };
}

/** The harness, with every world of it broken in the same way. */
export function sabotaged(harness: AdapterHarness, saboteur: Saboteur): AdapterHarness {
  return {
    ...harness,
    name: `${harness.name} that ${saboteur.mistake}`,
    // A second client, or a reopened world, would be one that nobody broke.
    capabilities: { ...harness.capabilities, ...WITHOUT_HOOKS },
    async openWorld(dependencies) {
      const world = await harness.openWorld(dependencies);
      const broken = saboteur.sabotage({
        ports: world.ports as Ports,
        lifecycle: world.lifecycle,
        dependencies,
      });
      return {
        ports: { ...world.ports, ...broken.ports },
        lifecycle: broken.lifecycle ?? world.lifecycle,
        close: () => world.close(),
      };
    },
  };
}

const WITHOUT_HOOKS = {
  durable: { no: 'a broken adapter is alone' },
  shared: { no: 'a broken adapter is alone' },
  interruptible: { no: 'a broken adapter is alone' },
} as const;

/** The port with some methods replaced. */
export function instead<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy({} as Port, {
    get(_, name) {
      const method = (Reflect.get(methods, name) ?? Reflect.get(port, name)) as unknown;
      return typeof method === 'function' ? (method as CallableFunction).bind(port) : method;
    },
    // For assertions on a lease: without it, one that nobody changed would be found to lack everything.
    has: (_, name) => Reflect.has(port, name),
  });
}

/** What the call answers, or what `answer` says where it was refused with the code. */
export async function onRefusal<Value>(
  call: Promise<Value>,
  code: ErrorCode,
  answer: (error: DataAdapterError) => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    if (DataAdapterError.is(error) && error.code === code) return answer(error);
    throw error;
  }
}

/** A deep copy that may be changed, with ordinary dates. */
export function loose<Value>(value: Value): Value {
  return structuredClone(value);
}
