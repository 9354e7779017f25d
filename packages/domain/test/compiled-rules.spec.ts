import {
  SCENARIO_STATUSES,
  compileRules,
  eventRecoveryRules,
  chaosEventChangeRules,
  newChaosEventRules,
  newScenarioRules,
  newServiceInfoRules,
  newTestResultRules,
  newTestRunRules,
  recordedCompletionRules,
  runCompletionRules,
  scenarioChangeRules,
  testRunChangeRules,
  type CompiledRules,
} from '@test-coordinator/domain';
import { expect } from 'chai';
import { IsEmail, validateSync } from 'class-validator';
import fc from 'fast-check';

const RULES: Readonly<Record<string, CompiledRules<object>>> = {
  newScenarioRules,
  scenarioChangeRules,
  newTestRunRules,
  testRunChangeRules,
  runCompletionRules,
  recordedCompletionRules,
  newChaosEventRules,
  chaosEventChangeRules,
  eventRecoveryRules,
  newTestResultRules,
  newServiceInfoRules,
};

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Values near the edges of every rule, so that a random record meets many of them at once. */
const anyField = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'a',
    'x'.repeat(200),
    'x'.repeat(201),
    'x'.repeat(1_001),
    'a\0b',
    '\uD800',
    'draft',
    'running',
    'passed',
    'latency',
    'network_latency',
    'clock_skew',
    'trading-engine',
    '-bad',
    ID,
    ID.toUpperCase(),
    true,
    0,
    1,
    -1,
    1.5,
    32_768,
    65_536,
    2 ** 31,
    2 ** 53,
    NaN,
    new Date(0),
    new Date(NaN),
    new Date(8.64e15),
    [],
    ['a'],
    [1],
    [''],
    ['trading-engine', 'x'.repeat(129)],
    {},
    { a: { b: 1 } },
    { a: NaN },
    { a: new Date(0) },
  ),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('Compiled rules', () => {
  for (const [name, rules] of Object.entries(RULES)) {
    it(`Given any record, when ${name} and class-validator judge it, then both find the same fields wrong`, () => {
      const fields = Object.keys(rules.schema['properties'] as object);
      const record = fc.tuple(...fields.map(() => anyField)).map((values) => {
        return Object.fromEntries(fields.map((field, index) => [field, values[index]]));
      });
      fc.assert(
        fc.property(record, (given) => {
          const compiled = new Set(rules.problems(given).map(({ path }) => path.split(/[.[]/)[0]));
          const instance = Object.assign(new rules.ruleClass(), given);
          const judged = new Set(validateSync(instance).map(({ property }) => property));
          expect([...compiled]).to.have.members([...judged]);
        }),
        { numRuns: 500 },
      );
    });
  }

  it('Given a decorator that the table does not know, when it is compiled, then it fails at once instead of being dropped', () => {
    class Unknown {
      @IsEmail() mail!: string;
    }
    expect(() => compileRules('unknown', Unknown)).to.throw(TypeError, 'no compiled form of isEmail');
  });

  it('Given a field that is not declared, when it is judged, then it is a problem of its own', () => {
    const problems = newTestRunRules.problems({ scenarioId: 'a', runid: ID });
    expect(problems).to.deep.equal([{ path: 'runid', problem: 'is not a field that is known here' }]);
  });

  for (const input of [null, undefined, 'text', 7, [], [{}]]) {
    it(`Given ${JSON.stringify(input) ?? 'undefined'} instead of an object, when it is judged, then it is refused`, () => {
      expect(newTestRunRules.problems(input)).to.deep.equal([{ path: 'run', problem: 'must be an object' }]);
    });
  }

  it('Given a thousand unknown fields, when they are judged, then the list of problems stays short', () => {
    const input = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, 1]));
    expect(newTestRunRules.problems(input)).to.have.length.at.most(20);
  });

  it('Given the rules, when their schema is read, then it says what is required, closed, bounded, defaulted and where null stands for absent', () => {
    const schema = newScenarioRules.schema as {
      required: string[];
      additionalProperties: boolean;
      properties: Record<string, Record<string, unknown>>;
    };
    expect(schema.additionalProperties).to.equal(false);
    expect(schema.required).to.deep.equal(['scenarioId', 'name', 'scenarioType']);
    expect(schema.properties['name']).to.deep.equal({ type: 'string', minLength: 1, maxLength: 200 });
    expect(schema.properties['status']).to.deep.equal({
      type: ['string', 'null'],
      enum: [...SCENARIO_STATUSES, null],
      default: 'draft',
    });
  });
});
