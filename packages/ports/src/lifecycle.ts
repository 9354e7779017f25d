export type HealthStatus = 'up' | 'degraded' | 'down';

/** How one adapter is doing. Fit to print: no host, user or secret. */
export interface AdapterHealth {
  /** The adapter's name: `memory`, `postgres`, `redis`. */
  readonly name: string;
  /** `degraded`: works on with what it has; `down`: calls fail. */
  readonly status: HealthStatus;
  /** How long the probe took, in milliseconds. */
  readonly latencyMs: number;
  /** One sentence for a person. */
  readonly detail: string;
}

/**
 * The life of an adapter. Port methods called before `start` or after `stop` reject with `CLOSED`.
 */
export interface AdapterLifecycle extends AsyncDisposable {
  /** Reaches the backend. Concurrent callers share one start; again on a started adapter it does nothing; after `stop` it is `CLOSED`. */
  start(): Promise<void>;
  /** Refuses new calls, waits for those under way, then lets go of the backend. Idempotent; concurrent callers share it. */
  stop(): Promise<void>;
  /** Never rejects: what is wrong is in the answer. */
  checkHealth(): Promise<AdapterHealth>;
}
