import { DataAdapterError, type ErrorCode, type LogFields } from '@test-coordinator/ports';

/** How a call to the server failed. */
export interface Failure {
  readonly code: ErrorCode;
  /** What happened, and what to do next. Fit to print. */
  readonly advice: string;
  /** The command may have been executed although no reply came. */
  readonly mayHaveRun: boolean;
  /** The server could not be reached or did not answer, which a circuit breaker counts. */
  readonly isOutage: boolean;
}

const NOT_REACHED = { code: 'UNAVAILABLE', mayHaveRun: false, isOutage: true } as const;
const LINK_LOST = { code: 'UNAVAILABLE', mayHaveRun: true, isOutage: true } as const;
const BUSY = { code: 'UNAVAILABLE', mayHaveRun: false, isOutage: false } as const;
const MISCONFIGURED = { code: 'INTERNAL', mayHaveRun: false, isOutage: false } as const;

/** The words with which the server refuses a command, before it has done anything. */
const REPLIES: Readonly<Record<string, Failure>> = {
  LOADING: { ...BUSY, advice: 'Redis is loading its data; try again' },
  BUSY: { ...BUSY, advice: 'Redis is busy with a script; try again' },
  MASTERDOWN: { ...BUSY, advice: 'Redis has lost its master; try again after the failover' },
  READONLY: { ...BUSY, advice: 'this Redis is a replica now; try again, the new master is looked up' },
  NOREPLICAS: { ...BUSY, advice: 'Redis has too few replicas to take writes; try again' },
  CLUSTERDOWN: { ...BUSY, advice: 'the Redis cluster is down; try again' },
  TRYAGAIN: { ...BUSY, advice: 'a slot of the Redis cluster is moving; try again' },
  MOVED: { ...BUSY, advice: 'a slot of the Redis cluster has moved; try again' },
  ASK: { ...BUSY, advice: 'a slot of the Redis cluster is moving; try again' },
  OOM: {
    ...BUSY,
    code: 'CAPACITY',
    advice: 'Redis is out of memory; raise maxmemory or remove entries',
  },
  NOAUTH: { ...MISCONFIGURED, advice: 'Redis asks for a password; put it into the connection URL' },
  WRONGPASS: { ...MISCONFIGURED, advice: 'Redis refuses the user or the password of the connection URL' },
  NOPERM: { ...MISCONFIGURED, advice: "the Redis user lacks a right; see the adapter's ACL file" },
};

/** What the driver says of its own accord, by the start of the message. */
const DRIVER_MESSAGES: readonly (readonly [start: string, failure: Failure])[] = [
  [
    'Command timed out',
    {
      code: 'TIMEOUT',
      advice: 'Redis did not answer in time; try again',
      mayHaveRun: true,
      isOutage: true,
    },
  ],
  ["Stream isn't writeable", { ...NOT_REACHED, advice: 'there is no connection to Redis; try again' }],
  [
    "Cluster isn't ready",
    { ...NOT_REACHED, advice: 'there is no connection to the Redis cluster; try again' },
  ],
  [
    'Too many Cluster redirections',
    { ...BUSY, advice: 'the Redis cluster is rearranging itself; try again' },
  ],
  [
    'Failed to refresh slots cache',
    { ...NOT_REACHED, advice: 'no node of the Redis cluster answers; try again' },
  ],
  ['All sentinels are unreachable', { ...NOT_REACHED, advice: 'no sentinel knows a master; try again' }],
  ['Reached the max retries', { ...LINK_LOST, advice: 'the connection to Redis was lost; try again' }],
  ['Connection is closed', { ...LINK_LOST, advice: 'the connection to Redis was lost; try again' }],
  ['Cluster is ended', { ...LINK_LOST, advice: 'the connection to Redis was lost; try again' }],
];

const NO_CONNECTION: Failure = { ...NOT_REACHED, advice: 'Redis cannot be reached; see whether it runs' };
const REFUSED: Failure = { ...MISCONFIGURED, advice: 'Redis refused the command' };
const UNFORESEEN: Failure = { ...MISCONFIGURED, advice: 'an unforeseen error; see its cause' };

/** The one place that reads the driver's errors. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return UNFORESEEN;
  const { name, message, code } = error as Error & { readonly code?: string };
  if (name === 'ReplyError') return replyFailure(message);
  const known = DRIVER_MESSAGES.find(([start]) => message.startsWith(start));
  if (known !== undefined) return known[1];
  // Node's errors of sockets, names and certificates: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED.
  return typeof code === 'string'
    ? { ...NO_CONNECTION, advice: `${NO_CONNECTION.advice} (${code})` }
    : UNFORESEEN;
}

/** Why a call failed. Fit to print. */
export function reasonOf(error: unknown): string {
  return DataAdapterError.is(error) ? error.message : failureOf(error).advice;
}

function replyFailure(message: string): Failure {
  const [word = ''] = message.split(' ', 1);
  const known = REPLIES[word];
  if (known !== undefined) return known;
  // The first word of a reply is a code of the server; what follows may quote arguments.
  return /^[A-Z]{2,30}$/.test(word) ? { ...REFUSED, advice: `${REFUSED.advice} (${word})` } : REFUSED;
}

/** The call that failed. */
export interface FailedCall {
  readonly operation: string;
  readonly ids: LogFields;
  /** Doing it twice does something else than doing it once, so that its outcome matters when no reply came. */
  readonly countsOnce: boolean;
}

/** The error of a port for a driver's error. */
export function portError(error: unknown, { operation, ids, countsOnce }: FailedCall): DataAdapterError {
  if (DataAdapterError.is(error)) return error;
  const { code, advice, mayHaveRun } = failureOf(error);
  const [entity, id] = subjectOf(ids);
  const about = {
    ...(id !== undefined && { entity, id }),
    // What the server refused holds the command's arguments, a password among them.
    ...(!(error instanceof Error && 'command' in error) && { cause: error }),
  };
  const place = id === undefined ? operation : `${operation} of ${id}`;
  if (countsOnce && mayHaveRun) {
    const what = 'the reply was lost, so it may have been done or not; read before you repeat it';
    return new DataAdapterError('UNKNOWN_OUTCOME', `${place}: ${what}`, about);
  }
  return new DataAdapterError(code, `${place}: ${advice}`, about);
}

/** What the call was about, once its arguments have been checked: only then the server was asked. */
function subjectOf({
  serviceId,
  resource,
  runId,
}: LogFields): readonly [entity: string, id: string | undefined] {
  if (typeof serviceId === 'string') return ['service', serviceId];
  if (typeof resource === 'string') return ['lock', resource];
  return ['run', typeof runId === 'string' ? runId : undefined];
}
