import type { AssertionType } from '@test-coordinator/domain';

/** The first row whose words occur in a name decides. The order puts the narrow words before the broad ones. */
const ROWS: readonly (readonly [words: RegExp, type: AssertionType])[] = [
  [/error[\s_-]*(rate|ratio|budget)/i, 'error_rate'],
  [/recover/i, 'recovery_time'],
  [/throughput|per[\s_-]second|\brps\b|\btps\b/i, 'throughput'],
  [/consisten|integrity|reconcil|no[\s_-]*(data[\s_-]*)?loss|duplicate/i, 'data_consistency'],
  [/audit/i, 'audit_trail'],
  [/latency|duration|response[\s_-]*time|elapsed/i, 'response_time'],
  [/availab|reachab|respond|uptime/i, 'availability'],
  [/health|ready|alive|pods?\b|replicas|running/i, 'service_health'],
];

/** What kind of assertion a name tells of, or `undefined` when it tells nothing. */
export function assertionTypeOfName(name: string): AssertionType | undefined {
  // Names in code join their words in ways that \b does not see.
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
  return ROWS.find(([pattern]) => pattern.test(words))?.[1];
}

/** The warning that goes with a name that tells nothing. */
export const UNKNOWN_ASSERTION = 'the kind of assertion is not known and is taken for service_health';
