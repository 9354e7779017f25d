import { expect } from 'chai';
import type { ActiveRun } from '@test-coordinator/ports';
import type { AsyncCommand } from 'fast-check';

import { ModelRefusal } from '../model/model-refusal.js';
import { asDataAdapterError } from '../outcome.js';
import { scribble, snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import { lookAgain } from './model-scripts.js';
import type { ModelWorld, ModelledPort } from './model-world.js';

/** One call of one method of a port, as data. */
export interface PortCall {
  readonly port: ModelledPort;
  readonly method: string;
  readonly values: readonly unknown[];
}

type Answer = { readonly answer: unknown } | { readonly codes: readonly string[] };
type Methods = Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;

/** What the model says to the call. */
export function askModel(model: ModelWorld, { port, method, values }: PortCall): Answer {
  try {
    return { answer: comparable((model.ports[port] as unknown as Methods)[method]!(...copy(values))) };
  } catch (error) {
    if (error instanceof ModelRefusal) return { codes: error.codes };
    throw error;
  }
}

/** What the adapter says; what it was given and what it gave are scribbled over once they are compared. */
export async function askAdapter(ports: object, { port, method, values }: PortCall): Promise<Answer> {
  const given = copy(values);
  const methods = (ports as Readonly<Record<string, Methods>>)[port]!;
  const [settled] = await Promise.allSettled([methods[method]!(...given) as Promise<unknown>]);
  const said: Answer =
    settled.status === 'fulfilled'
      ? { answer: comparable(settled.value) }
      : { codes: [asDataAdapterError(settled.reason).code] };
  if (settled.status === 'fulfilled') scribble(settled.value);
  for (const value of given) scribble(value);
  return said;
}

/** Holds the adapter to the model: the same answer, or one of the codes that the model has for the refusal. */
export function expectSame(call: PortCall, actual: Answer, expected: Answer): void {
  if ('codes' in expected && 'codes' in actual) {
    expect(expected.codes, `code of ${describeCall(call)}`).to.include(actual.codes[0]);
  } else {
    expect(actual, describeCall(call)).to.deep.equal(expected);
  }
}

/** Makes the calls one after the other on both, and holds each answer of the adapter to that of the model. */
export async function compare(
  model: ModelWorld,
  { ports }: Trial,
  calls: readonly PortCall[],
): Promise<void> {
  for (const call of calls) expectSame(call, await askAdapter(ports, call), askModel(model, call));
}

export class CallCommand implements AsyncCommand<ModelWorld, Trial> {
  constructor(readonly call: PortCall) {}

  check(): boolean {
    return true;
  }

  async run(model: ModelWorld, trial: Trial): Promise<void> {
    await compare(model, trial, [this.call, ...lookAgain(this.call, trial.isClockManual)]);
  }

  toString(): string {
    return describeCall(this.call);
  }
}

/** Reads a list to its end, page by page. */
export class WalkCommand implements AsyncCommand<ModelWorld, Trial> {
  constructor(
    private readonly port: ModelledPort,
    private readonly method: string,
    private readonly leading: readonly unknown[],
    private readonly limit: number,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: ModelWorld, { ports }: Trial): Promise<void> {
    const real = (ports as unknown as Readonly<Record<string, Methods>>)[this.port]!;
    const modelled = model.ports[this.port] as unknown as Methods;
    let cursors: readonly [real: string | null, modelled: string | null] = [null, null];
    do {
      const request = (cursor: string | null) => ({ limit: this.limit, ...(cursor !== null && { cursor }) });
      const page = (await real[this.method]!(...copy(this.leading), request(cursors[0]))) as ListPage;
      const expected = modelled[this.method]!(...copy(this.leading), request(cursors[1])) as ListPage;
      expect(comparable(page), this.toString()).to.deep.equal(comparable(expected));
      cursors = [page.nextCursor, expected.nextCursor];
    } while (cursors[1] !== null);
  }

  toString(): string {
    return `every page of ${describeCall({ port: this.port, method: this.method, values: [...this.leading, { limit: this.limit }] })}`;
  }
}

interface ListPage {
  readonly items: readonly object[];
  readonly nextCursor: string | null;
}

/**
 * A page without its cursor, which is the adapter's own affair; a mean to nine digits; a live state without its time,
 * which may be that of the store; all else as it is.
 */
export function comparable(answer: unknown): unknown {
  if (typeof answer === 'object' && answer !== null && 'nextCursor' in answer) {
    const { items, nextCursor, ...figures } = answer as ListPage;
    return { ...(snapshot(figures) as object), items: items.map(comparable), isLast: nextCursor === null };
  }
  if (typeof answer === 'object' && answer !== null && 'phase' in answer) {
    const { updatedAt: _, ...told } = answer as ActiveRun;
    return snapshot(told);
  }
  if (typeof answer === 'object' && answer !== null && 'mean' in answer && typeof answer.mean === 'number') {
    return { ...answer, mean: answer.mean.toPrecision(9) };
  }
  return snapshot(answer);
}

function copy(values: readonly unknown[]): unknown[] {
  return structuredClone([...values]);
}

function describeCall({ port, method, values }: PortCall): string {
  const shown = values.map((value) => JSON.stringify(value instanceof Map ? [...value] : value));
  return `${port}.${method}(${shown.join(', ')})`;
}
