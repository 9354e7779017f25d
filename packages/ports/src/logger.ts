import { token, type Token } from './token.js';

/** Fields of a log line: ids, kinds, counts, times. Never values of records, and never a driver's error. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where adapters write what happened. Fields first, then one sentence. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Asked before building the fields of a `debug` line on a hot path. */
  isDebugEnabled(): boolean;
}
export const Logger: Token<Logger> = token('Logger');

/** Says nothing: the default of adapters that are built without a logger. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  isDebugEnabled: () => false,
};
