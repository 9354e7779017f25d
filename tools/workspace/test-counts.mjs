import { stripVTControlCharacters } from 'node:util';

/**
 * Sums what mocha printed in each package. It reads the output and not files with results: turbo prints the output of
 * a cached test again, and a file could be a left-over of an earlier run.
 *
 * A package that failed without a failing test (it did not compile, it crashed, coverage is too low) counts as one
 * failure, so that the sum never looks better than the run.
 */
export function countTests(output) {
  const counts = { passed: 0, failed: 0 };
  const failedByPackage = new Map();
  const broken = new Set();
  for (const coloured of output.split('\n')) {
    const line = stripVTControlCharacters(coloured);
    const count = /^(\S+):test: +(\d+) (passing|failing)\b/.exec(line);
    if (count?.[3] === 'passing') counts.passed += Number(count[2]);
    if (count?.[3] === 'failing') failedByPackage.set(count[1], Number(count[2]));
    const failure = /^(\S+)#(?:build|build:test|test): +ERROR /.exec(line);
    if (failure) broken.add(failure[1]);
  }
  for (const failed of failedByPackage.values()) counts.failed += failed;
  for (const name of broken) if (!failedByPackage.has(name)) counts.failed += 1;
  return counts;
}
