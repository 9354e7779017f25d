import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import type { CacheRepository, CacheWriteOptions, Clock } from '@test-coordinator/ports';

import { matchesGlob } from './glob.js';
import { refuseIf } from './model-refusal.js';
import type { Synchronous } from './synchronous.js';

interface Entry {
  readonly value: JsonValue;
  /** Milliseconds since 1970 from which the entry is gone; `null` for never. */
  readonly expiry: number | null;
}

/** What the contract says of the cache, on a plain map. Inputs are valid. */
export class CacheModel implements Synchronous<CacheRepository> {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly clock: Clock,
    private readonly defaultTtlSeconds: number,
  ) {}

  get(key: string): JsonValue {
    return this.#live(key)?.value ?? null;
  }

  set(key: string, value: JsonValue, options?: CacheWriteOptions): void {
    const stored = JSON.parse(JSON.stringify(value)) as JsonValue;
    this.#entries.set(key, { value: stored, expiry: this.#expiryOf(options?.ttlSeconds) });
  }

  delete(key: string): boolean {
    const live = this.exists(key);
    this.#entries.delete(key);
    return live;
  }

  exists(key: string): boolean {
    return this.#live(key) !== undefined;
  }

  expire(key: string, ttlSeconds: number | null): boolean {
    const entry = this.#live(key);
    if (entry !== undefined) this.#entries.set(key, { ...entry, expiry: this.#expiryOf(ttlSeconds) });
    return entry !== undefined;
  }

  getTtl(key: string): number | null | undefined {
    const entry = this.#live(key);
    if (entry === undefined) return undefined;
    return entry.expiry === null ? null : (entry.expiry - this.#nowMs()) / 1_000;
  }

  increment(key: string, by = 1, options?: CacheWriteOptions): number {
    const entry = this.#live(key) ?? { value: 0, expiry: this.#expiryOf(options?.ttlSeconds) };
    const sum = Number(entry.value) + by;
    refuseIf({ INVALID_ARGUMENT: !Number.isSafeInteger(entry.value) || !Number.isSafeInteger(sum) }, 'by');
    this.#entries.set(key, { ...entry, value: sum });
    return sum;
  }

  decrement(key: string, by = 1, options?: CacheWriteOptions): number {
    return this.increment(key, 0 - by, options);
  }

  getMany(keys: readonly string[]): ReadonlyMap<string, JsonValue> {
    return new Map(keys.filter((key) => this.exists(key)).map((key) => [key, this.get(key)]));
  }

  setMany(entries: ReadonlyMap<string, JsonValue>, options?: CacheWriteOptions): void {
    for (const [key, value] of entries) this.set(key, value, options);
  }

  deleteMany(keys: readonly string[]): number {
    return keys.filter((key) => this.delete(key)).length;
  }

  keys(pattern = '*'): readonly string[] {
    return [...this.#entries.keys()].filter((key) => this.exists(key) && matchesGlob(pattern, key)).sort();
  }

  deletePattern(pattern: string): number {
    return this.deleteMany(this.keys(pattern));
  }

  flushAll(): void {
    this.#entries.clear();
  }

  getJson(key: string): JsonObject | null {
    if (!this.exists(key)) return null;
    const value = this.get(key);
    refuseIf(
      { INVALID_ARGUMENT: typeof value !== 'object' || value === null || Array.isArray(value) },
      'value',
    );
    return value as JsonObject;
  }

  setJson(key: string, value: JsonObject, options?: CacheWriteOptions): void {
    this.set(key, value, options);
  }

  /** When the next entry expires, in milliseconds from now; `undefined` when none does. */
  msToNextExpiry(): number | undefined {
    const left = [...this.#entries.values()].flatMap(({ expiry }) =>
      expiry === null ? [] : expiry - this.#nowMs(),
    );
    const ahead = left.filter((ms) => ms > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || (entry.expiry !== null && this.#nowMs() >= entry.expiry)
      ? undefined
      : entry;
  }

  #expiryOf(ttlSeconds: number | null | undefined): number | null {
    return ttlSeconds === null
      ? null
      : this.#nowMs() + Math.round((ttlSeconds ?? this.defaultTtlSeconds) * 1_000);
  }

  #nowMs(): number {
    return this.clock.now().getTime();
  }
}
