import {
  ASSERTION_TYPES,
  isUuidV7,
  jsonProblem,
  plainTextProblem,
  RESULT_STATUSES,
  type NewTestResult,
} from '@test-coordinator/domain';

/** What a person would write for one result, without telling what is wrong: the mark for generated checks. */
export function isSoundResult(input: NewTestResult): boolean {
  const { resultId, runId, name, expectedValue, actualValue, errorDetails, correlationId, metadata } = input;
  const { assertionType, status, verificationTime, attempt, flaky } = input;
  return (
    (resultId == null || isUuidV7(resultId)) &&
    isUuidV7(runId) &&
    (name == null || isText(name, 1, 1_000)) &&
    ASSERTION_TYPES.includes(assertionType) &&
    isText(expectedValue, 0, 65_536) &&
    isText(actualValue, 0, 65_536) &&
    RESULT_STATUSES.includes(status) &&
    verificationTime instanceof Date &&
    !Number.isNaN(verificationTime.getTime()) &&
    (errorDetails == null || isText(errorDetails, 0, 65_536)) &&
    (correlationId == null || isText(correlationId, 1, 200)) &&
    (attempt == null || (Number.isInteger(attempt) && attempt >= 1 && attempt <= 32_767)) &&
    (flaky == null || typeof flaky === 'boolean') &&
    (metadata == null || (typeof metadata === 'object' && jsonProblem(metadata) === undefined))
  );
}

function isText(value: unknown, min: number, max: number): boolean {
  return (
    typeof value === 'string' &&
    value.length >= min &&
    value.length <= max &&
    plainTextProblem(value) === undefined
  );
}
