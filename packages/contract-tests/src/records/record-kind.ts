import type { CallOptions, Page, PageRequest } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';

/** The input of a create method, as a test builds it: also with values that the types forbid. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * What the groups that hold for every kind of record need to know about one kind. The methods call the port as a
 * JavaScript caller would, so that wrong values reach it.
 */
export interface RecordKind {
  readonly subject: 'scenarios' | 'testRuns' | 'chaosEvents' | 'testResults';
  /** The word of the product. */
  readonly word: 'scenario' | 'run' | 'event' | 'result';
  readonly idField: string;
  /** Whether `create` mints an id when none is given. */
  readonly mintsIds: boolean;
  /** The field that holds a JSON object. */
  readonly jsonField: string;
  /** A required field, or an optional one, that takes any short text. */
  readonly textField: string;
  readonly optionalFields: readonly string[];
  /** What an input that leaves all optional fields out is stored as, besides what was given. */
  readonly defaults: Input;
  /** What the store sets besides `createdAt`. */
  readonly stamps: { readonly updatedAt: boolean; readonly version: boolean };
  /** The n-th id; they rise with n. */
  id(n: number): string;
  /** Texts and other things that are no ids of this kind. */
  readonly malformedIds: readonly unknown[];
  minimal(fields?: Input): Input;
  full(fields?: Input): Input;
  /** For each field of `full()`, another valid value. */
  readonly others: Input;
  /** Stores the parents that `minimal()` and `full()` name. */
  prepare(ports: Ports): Promise<void>;
  create(ports: Ports, input: Input, options?: CallOptions): Promise<object>;
  getById(ports: Ports, id: unknown, options?: CallOptions): Promise<object | null>;
  /** All records of the kind, newest first. */
  list(ports: Ports, page?: PageRequest): Promise<Page<object>>;
  /** How a stored record is changed; absent where records never change. */
  readonly change?: RecordChange;
}

/** The `update` of a kind of record. */
export interface RecordChange {
  readonly update: (
    ports: Ports,
    id: unknown,
    version: unknown,
    changes: Input,
    options?: CallOptions,
  ) => Promise<object>;
  /** A valid change of several fields of `full()`, each to another value. */
  readonly changes: Input;
  /** The optional fields that a change may clear, all given in `full()`. */
  readonly clearable: readonly string[];
}
