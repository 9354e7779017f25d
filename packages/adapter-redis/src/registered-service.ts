import { frozenDate, frozenJson, type JsonObject, type ServiceInfo } from '@test-coordinator/domain';
import type { KeysetKey, ReadPage } from '@test-coordinator/ports';

import { STAMP_WIDTH } from './registry-scripts.js';

/** What the registry keeps of an instance as JSON: its times are Redis's. */
type RegisteredFields = Omit<ServiceInfo, 'lastSeen' | 'registeredAt'>;

export function registeredText(service: ServiceInfo): string {
  const { serviceId, serviceName, version, host, grpcPort, httpPort, metadata } = service;
  const fields: RegisteredFields = { serviceId, serviceName, version, host, grpcPort, httpPort, metadata };
  return JSON.stringify(fields);
}

/** @param text `<registered> <name> <JSON>`, as the scripts store it. */
export function registeredService(text: string, lastSeenMs: number): ServiceInfo {
  const json = text.slice(text.indexOf(' ', STAMP_WIDTH + 1) + 1);
  const fields = JSON.parse(json) as RegisteredFields;
  const { serviceId, serviceName, version, host, grpcPort, httpPort, metadata } = fields;
  return Object.freeze({
    serviceId,
    serviceName,
    version,
    host,
    grpcPort,
    httpPort,
    metadata: frozenJson(metadata) as JsonObject,
    lastSeen: frozenDate(new Date(lastSeenMs)),
    registeredAt: frozenDate(new Date(Number(text.slice(0, STAMP_WIDTH)))),
  });
}

export function keyOfService({ registeredAt, serviceId }: ServiceInfo): KeysetKey {
  return [registeredAt.getTime(), serviceId];
}

/** The bounds of a page in `listed`, greatest first. */
export function listedBounds(after: ReadPage['after']): readonly [max: string, min: string] {
  return [after === undefined ? '+' : `(${stampOf(after)}:${idOf(after)}`, '-'];
}

/** The bounds of a page of one name in `named`. A name has no space and nothing that sorts before `!`. */
export function namedBounds(name: string, after: ReadPage['after']): readonly [max: string, min: string] {
  return [after === undefined ? `(${name}!` : `(${name} ${stampOf(after)} ${idOf(after)}`, `[${name} `];
}

function stampOf(key: KeysetKey): string {
  return String(Math.max(0, Number(key[0]))).padStart(STAMP_WIDTH, '0');
}

function idOf(key: KeysetKey): string {
  return String(key[1]);
}
