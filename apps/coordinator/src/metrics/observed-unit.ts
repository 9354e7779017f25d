import type { Repositories, UnitOfWork } from '@test-coordinator/ports';

import { observedPort, type CallHooks, type ObservedCall } from './observed-port.js';

/**
 * The unit of work, of which each call of the repositories that it hands over is told as well: once it is committed,
 * since what was undone was not recorded.
 */
export function observedUnitOfWork(unitOfWork: UnitOfWork, { observe, trace }: CallHooks): UnitOfWork {
  return {
    async run(work, options) {
      let calls: ObservedCall[] = [];
      const answer = await unitOfWork.run((repositories) => {
        // An adapter may try again.
        calls = [];
        const keep = observe && ((call: ObservedCall) => void calls.push(call));
        return work(observedRepositories(repositories, { trace, observe: keep }));
      }, options);
      for (const call of calls) observe?.(call);
      return answer;
    },
  };
}

function observedRepositories(repositories: Repositories, hooks: CallHooks): Repositories {
  return {
    scenarios: observedPort(repositories.scenarios, 'scenarios', hooks),
    testRuns: observedPort(repositories.testRuns, 'testRuns', hooks),
    chaosEvents: observedPort(repositories.chaosEvents, 'chaosEvents', hooks),
    testResults: observedPort(repositories.testResults, 'testResults', hooks),
  };
}
