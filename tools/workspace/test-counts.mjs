import { stripVTControlCharacters } from 'node:util';

/**
 * Sums what mocha printed in each package. It reads the output and not files with results: turbo prints the output of
 * a cached test again, and a file could be a left-over of an earlier run.
 *
 * A test task that failed without a failing test (it crashed, it did not compile, coverage is too low) counts as one
 * failure, so that the sum never looks better than the run.
 */
export function countTests(output) {
  const counts = { passed: 0, failed: 0 };
  const failedByTask = new Map();
  const broken = new Set();
  for (const coloured of output.split('\n')) {
    const line = stripVTControlCharacters(coloured);
    const count = /^(\S+:test): +(\d+) (passing|failing)\b/.exec(line);
    if (count?.[3] === 'passing') counts.passed += Number(count[2]);
    if (count?.[3] === 'failing') failedByTask.set(count[1], Number(count[2]));
    const task = /^(\S+:test): .*(ELIFECYCLE|ERROR: command finished with error)/.exec(line);
    if (task) broken.add(task[1]);
  }
  for (const failed of failedByTask.values()) counts.failed += failed;
  for (const task of broken) if (!failedByTask.has(task)) counts.failed += 1;
  return counts;
}
