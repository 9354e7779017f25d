import type { Repositories } from '@test-coordinator/ports';

import { AUDIT_RULES, type CallRule } from './audit-rules.js';
import type { Tally } from './tally.js';

type Method = (...args: readonly unknown[]) => unknown;

/** The repositories of a unit, whose writes are counted once they are done. */
export function countingRepositories(repositories: Repositories, tally: Tally): Repositories {
  const { scenarios, testRuns, chaosEvents, testResults } = repositories;
  return {
    scenarios: counting('scenarios', scenarios, tally),
    testRuns: counting('testRuns', testRuns, tally),
    chaosEvents: counting('chaosEvents', chaosEvents, tally),
    testResults: counting('testResults', testResults, tally),
  };
}

function counting<Name extends keyof Repositories>(
  name: Name,
  port: Repositories[Name],
  tally: Tally,
): Repositories[Name] {
  const rules: Readonly<Record<string, CallRule | null>> = AUDIT_RULES[name];
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      const method = (member as Method).bind(target);
      const rule = typeof property === 'string' ? rules[property] : undefined;
      if (rule === null || rule === undefined) return method;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const answer = await method(...args);
        const { id } = rule.tells?.(answer) ?? {};
        tally.add(`${name}.${String(property)}`, args.toSpliced(rule.optionsAt, 1), id);
        return answer;
      };
    },
  });
}
