/**
 * The closed word lists of the product. The snake_case word is the stored form and the wire form;
 * the order of a list is the order in which statistics and reports name its members.
 */

/** What a scenario does to the platform; `combined` is more than one kind of fault. */
export const SCENARIO_TYPES = [
  'service_restart',
  'network_partition',
  'network_latency',
  'resource_exhaustion',
  'data_corruption',
  'combined',
] as const;
export type ScenarioType = (typeof SCENARIO_TYPES)[number];

export const SCENARIO_STATUSES = ['draft', 'active', 'archived', 'deprecated'] as const;
export type ScenarioStatus = (typeof SCENARIO_STATUSES)[number];

/** `failed` is a weakness found; `error` is a test that broke and says nothing about the platform. */
export const RUN_STATUSES = [
  'pending',
  'running',
  'passed',
  'failed',
  'error',
  'cancelled',
  'timeout',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The run statuses that no state move leaves. */
export const FINAL_RUN_STATUSES = ['passed', 'failed', 'error', 'cancelled', 'timeout'] as const;
export type FinalRunStatus = (typeof FINAL_RUN_STATUSES)[number];

export const EVENT_TYPES = [
  'service_restart',
  'service_kill',
  'network_partition',
  'network_latency',
  'network_packet_loss',
  'cpu_stress',
  'memory_stress',
  'disk_io_stress',
  'clock_skew',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const EVENT_STATUSES = ['pending', 'injected', 'in_progress', 'recovered', 'failed'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** The event statuses in which the fault is in place and not yet recovered from. */
export const ACTIVE_EVENT_STATUSES = ['injected', 'in_progress'] as const satisfies readonly EventStatus[];

export const ASSERTION_TYPES = [
  'service_health',
  'response_time',
  'data_consistency',
  'audit_trail',
  'error_rate',
  'throughput',
  'latency',
  'availability',
  'recovery_time',
] as const;
export type AssertionType = (typeof ASSERTION_TYPES)[number];

/** `failed` is an assertion that did not hold; `error` is one that could not be checked. */
export const RESULT_STATUSES = ['passed', 'failed', 'skipped', 'error'] as const;
export type ResultStatus = (typeof RESULT_STATUSES)[number];
