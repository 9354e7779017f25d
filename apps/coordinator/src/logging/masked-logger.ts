import { pino } from 'pino';

import { isSecretKey, maskSecrets, type LogFields, type Logger } from '@test-coordinator/ports';
import type { LogLevel } from '@test-coordinator/settings';

import { traceFields } from '../tracing/tracing.js';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Told on every line. */
  readonly serviceName: string;
  /** Lines for a person instead of JSON. */
  readonly isPretty: boolean;
}

const PINO_LEVELS: Readonly<Record<LogLevel, string>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
};

/**
 * Writes one line per call. Whatever a caller gives, what is secret in a message or in a field is masked before pino
 * sees it, so that no serialiser can show it. Within a span, a line tells its ids.
 */
export async function createLogger(
  destination: NodeJS.WritableStream,
  { level, serviceName, isPretty }: LoggerOptions,
): Promise<Logger> {
  const stream = isPretty ? await prettyStream(destination) : destination;
  const log = pino(
    {
      level: PINO_LEVELS[level],
      base: { service: serviceName },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    debug: (fields, message) => {
      if (log.isLevelEnabled('debug')) log.debug(masked(fields), maskSecrets(message));
    },
    info: (fields, message) => log.info(masked(fields), maskSecrets(message)),
    warn: (fields, message) => log.warn(masked(fields), maskSecrets(message)),
    error: (fields, message) => log.error(masked(fields), maskSecrets(message)),
    isDebugEnabled: () => log.isLevelEnabled('debug'),
  };
}

/** pino-pretty costs 40 ms to load, which only a person at a terminal pays. */
async function prettyStream(destination: NodeJS.WritableStream) {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination, ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss.l' });
}

function masked(fields: LogFields): LogFields {
  const safe: Record<string, LogFields[string]> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (isSecretKey(name)) safe[name] = '***';
    else safe[name] = typeof value === 'string' ? maskSecrets(value) : value;
  }
  return { ...safe, ...traceFields() };
}
