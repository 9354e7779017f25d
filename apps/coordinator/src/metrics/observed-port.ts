import { DataAdapterError } from '@test-coordinator/ports';

import { LoadTally, type StoredResults } from './load-tally.js';

/** A call of a port's method that is over. */
export interface ObservedCall {
  /** `testRuns.create`. */
  readonly operation: string;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly seconds: number;
  /** What it answered, if it did. */
  readonly answer?: unknown;
  /** What a load of results has stored, also when it broke off. */
  readonly stored?: Iterable<StoredResults>;
}

export type ObserveCall = (call: ObservedCall) => void;

/** Calls it, as what it is called. Answers as it does. */
export type TraceCall = <Answer>(operation: string, call: () => Answer) => Answer;

/** What is done about every call. */
export interface CallHooks {
  readonly observe?: ObserveCall | undefined;
  readonly trace?: TraceCall | undefined;
}

const LOAD = 'testResults.importAll';

type Method = (...given: unknown[]) => unknown;

/**
 * The port, each call of which is made by `trace` and told to `observe`. A call that was aborted by its caller, or failed as nobody expected, is
 * told by its own word. Methods that answer with something else than a promise, such as a stream, are left alone.
 */
export function observedPort<Port extends object>(port: Port, name: string, hooks: CallHooks): Port {
  const methods = new Map<PropertyKey, Method>();
  return new Proxy(port, {
    get(target, property) {
      // Read with the port itself as `this`: its private fields are not the proxy's.
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      let method = methods.get(property);
      if (method === undefined) {
        method = observedMethod(value as Method, target, `${name}.${String(property)}`, hooks);
        methods.set(property, method);
      }
      return method;
    },
  });
}

function observedMethod(
  method: Method,
  port: object,
  operation: string,
  { observe, trace }: CallHooks,
): Method {
  const isLoad = observe !== undefined && operation === LOAD;
  return (...given) => {
    const tally = isLoad ? new LoadTally() : undefined;
    const begun = performance.now();
    const call = (): unknown => method.apply(port, tally?.between(given) ?? given);
    const answer = trace === undefined ? call() : trace(operation, call);
    if (observe === undefined || !(answer instanceof Promise)) return answer;
    const tell = (told: Pick<ObservedCall, 'outcome' | 'answer'>): void => {
      const seconds = (performance.now() - begun) / 1_000;
      observe({ operation, seconds, ...told, ...(tally !== undefined && { stored: tally.stored }) });
    };
    answer.then(
      (value: unknown) => tell({ outcome: 'ok', answer: value }),
      (error: unknown) => tell({ outcome: outcomeOf(error) }),
    );
    return answer;
  };
}

/** The code of an error, or the word for one that has none. */
export function outcomeOf(error: unknown): string {
  if (DataAdapterError.is(error)) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'unexpected';
}
