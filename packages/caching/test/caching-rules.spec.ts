import { expect } from 'chai';

import { cachingRules, type CachingRule, type CachingRuleName } from './caching-rules.js';
import { cachingSaboteurs } from './caching-saboteurs.js';

describe('Given a scenario and instances that cache what they read of it', () => {
  for (const rule of Object.values<CachingRule>(cachingRules)) it(rule.title, () => rule.run());

  describe('Given an instance with one mistake', () => {
    for (const { mistake, caughtBy, sabotage } of cachingSaboteurs) {
      for (const name of caughtBy) {
        it(`When it ${mistake}, Then the rule “${name}” catches it`, async () => {
          const failure: unknown = await cachingRules[name].run(sabotage).catch((error: unknown) => error);
          expect(String(failure)).to.match(
            /^(AssertionError|Error: waited|DataAdapterError: the cache is away)/,
          );
        });
      }
    }

    it('When the claims are read, Then every rule that a mistake can break has one', () => {
      const claimed = new Set(cachingSaboteurs.flatMap(({ caughtBy }) => caughtBy));
      const unclaimed = (Object.keys(cachingRules) as CachingRuleName[]).filter((name) => !claimed.has(name));
      // A cache that does nothing at all breaks the first; the second is what a plain promise does.
      expect(unclaimed).to.deep.equal(['hit', 'sharedFailure']);
    });
  });
});
