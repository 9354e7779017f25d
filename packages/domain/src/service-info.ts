import { IsInt, IsOptional, Matches, Max, Min } from './class-validator.js';

import { compileRules } from './compiled-rules.js';
import { frozenDate } from './frozen-date.js';
import type { Given, OrAbsent } from './given.js';
import { READABLE_ID } from './identifiers.js';
import type { JsonObject } from './json-value.js';
import { IsJsonObject, IsPlainText } from './rule-decorators.js';

/** A registered process that sends heartbeats. */
export interface ServiceInfo {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly version: string;
  readonly host: string;
  /** 0 when the service does not serve gRPC. */
  readonly grpcPort: number;
  /** 0 when the service does not serve HTTP. */
  readonly httpPort: number;
  /** The last registration or heartbeat, by the store's clock. */
  readonly lastSeen: Date;
  /** The first registration under this id, by the store's clock. */
  readonly registeredAt: Date;
  readonly metadata: JsonObject;
}

/** What a process gives to register itself. */
export type NewServiceInfo = Given<NewServiceInfoRules>;

class NewServiceInfoRules {
  @Matches(READABLE_ID) serviceId!: string;
  @Matches(READABLE_ID) serviceName!: string;
  @IsPlainText({ min: 1, max: 128 }) version!: string;
  @IsPlainText({ min: 1, max: 255 }) host!: string;
  @IsInt() @Min(0) @Max(65_535) grpcPort!: number;
  @IsInt() @Min(0) @Max(65_535) httpPort!: number;
  @IsOptional() @IsJsonObject() metadata?: OrAbsent<JsonObject>;
}

export const newServiceInfoRules = compileRules('service', NewServiceInfoRules, {
  defaults: { metadata: Object.freeze({}) },
});

/**
 * The instance as of `now`. A registration under a known id replaces it and keeps its `registeredAt`.
 * @throws InvalidValueError naming each field that breaks a rule.
 */
export function newServiceInfo(input: NewServiceInfo, now: Date, known?: ServiceInfo): ServiceInfo {
  const lastSeen = frozenDate(now);
  const registeredAt = known?.registeredAt ?? lastSeen;
  return Object.freeze({ ...newServiceInfoRules.read(input), lastSeen, registeredAt }) as ServiceInfo;
}

/** An instance is healthy while its age is less than the threshold. */
export function isHealthy(service: ServiceInfo, now: Date, staleThresholdMs: number): boolean {
  return now.getTime() - service.lastSeen.getTime() < staleThresholdMs;
}

/** The instance with a heartbeat at `now`. */
export function withHeartbeat(service: ServiceInfo, now: Date): ServiceInfo {
  return Object.freeze({ ...service, lastSeen: frozenDate(now) });
}
