/** Instances that a list has. */
export const LISTED = 200;

export type ValueKind = 'short' | 'json';

export function cachedKey(index: number): string {
  return `orders:engine-${index}:state`;
}

export function instanceId(index: number): string {
  return `engine-${index % LISTED}`;
}

/** Each caller has a lock of its own: what is compared is the work, not the wait. */
export function lockName(caller: number): string {
  return `run:engine-${caller}`;
}

/** A text of 20 characters, or a JSON object of 1 KB. */
export function cached(kind: ValueKind, index: number): string | object {
  if (kind === 'short') return `order ${index} is done`.padEnd(20, '.');
  return {
    id: index,
    name: 'Orders keep flowing',
    tags: ['nightly', 'trading', 'gateway'],
    samples: Array.from({ length: 40 }, (_, n) => ({ at: n * 250, ms: (index + n) % 300 })),
    note: 'the gateway never came back'.repeat(5),
  };
}
