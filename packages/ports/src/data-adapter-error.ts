import { IllegalTransitionError, InvalidValueError, type Problem } from '@test-coordinator/domain';

/** Every way in which a port can refuse or fail, and whether the same call may succeed later. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: { retryable: false },
  NOT_FOUND: { retryable: false },
  ALREADY_EXISTS: { retryable: false },
  VERSION_CONFLICT: { retryable: false },
  ILLEGAL_TRANSITION: { retryable: false },
  REFERENCE_VIOLATION: { retryable: false },
  IN_USE: { retryable: false },
  STALE_FENCE: { retryable: false },
  LOCK_HELD: { retryable: false },
  UNSUPPORTED: { retryable: false },
  UNAVAILABLE: { retryable: true },
  TIMEOUT: { retryable: true },
  UNKNOWN_OUTCOME: { retryable: true },
  CAPACITY: { retryable: true },
  CLOSED: { retryable: false },
  INTERNAL: { retryable: false },
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

export interface DataAdapterErrorOptions {
  /** The kind of record: `scenario`, `run`, `event`, `result`, `service`, `cache key`. */
  readonly entity?: string;
  readonly id?: string;
  /** What was wrong, place by place. Never holds values that a caller gave. */
  readonly problems?: readonly Problem[];
  /** More facts that are fit to print, as plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The driver's error, for a debugger: kept off JSON, and never given to a logger. */
  readonly cause?: unknown;
}

/** Also true for an error of another copy of this package, where `instanceof` is not. */
const BRAND = Symbol.for('@test-coordinator/data-adapter-error');

/**
 * The one error that crosses a port. The message says what failed, on which id, and what to do next; it is fit
 * to print: no secret, no connection string, no parameter value.
 */
export class DataAdapterError extends Error {
  override readonly name = 'DataAdapterError';
  readonly retryable: boolean;
  readonly entity?: string;
  readonly id?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly [BRAND] = true;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: DataAdapterErrorOptions = {},
  ) {
    super(message);
    this.retryable = ERROR_CODES[code].retryable;
    if (options.entity !== undefined) this.entity = options.entity;
    if (options.id !== undefined) this.id = options.id;
    if (options.details !== undefined || options.problems !== undefined) {
      this.details = {
        ...options.details,
        ...(options.problems !== undefined && { problems: options.problems }),
      };
    }
    // Not enumerable, so that inspecting or serialising the error does not print a driver's parameters.
    if (options.cause !== undefined)
      Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false });
    Object.defineProperty(this, BRAND, { enumerable: false });
  }

  static is(error: unknown): error is DataAdapterError {
    return typeof error === 'object' && error !== null && BRAND in error;
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const { code, retryable, message, entity, id, details } = this;
    return { code, retryable, message, entity, id, details };
  }

  /** What `util.inspect` and `console.log` print: as the JSON, so that a cause stays out of logs there too. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.stack ?? this.message} ${JSON.stringify(this)}`;
  }
}

/**
 * Runs a domain function and gives its refusals the codes of this family: `InvalidValueError` becomes
 * `INVALID_ARGUMENT`, `IllegalTransitionError` becomes `ILLEGAL_TRANSITION`.
 */
export function refused<Value>(domainFunction: () => Value): Value {
  try {
    return domainFunction();
  } catch (error) {
    throw asDataAdapterError(error);
  }
}

function asDataAdapterError(error: unknown): unknown {
  if (error instanceof InvalidValueError) {
    return new DataAdapterError('INVALID_ARGUMENT', error.message, { problems: error.problems });
  }
  if (error instanceof IllegalTransitionError) {
    const { entity, id, from, to } = error;
    return new DataAdapterError('ILLEGAL_TRANSITION', `${error.message}; read the record and decide again`, {
      entity,
      id,
      details: { from, to },
    });
  }
  return error;
}
