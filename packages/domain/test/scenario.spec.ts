import {
  IllegalTransitionError,
  InvalidValueError,
  changeScenario,
  moveScenario,
  newScenario,
} from '@test-coordinator/domain';
import { expect } from 'chai';

import { NOW, later, scenarioInput } from './records.js';

describe('A scenario', () => {
  it('Given only what is required, when it is made, then the rest has its defaults and absent fields are absent', () => {
    expect(newScenario(scenarioInput, NOW)).to.deep.equal({
      ...scenarioInput,
      status: 'draft',
      configuration: {},
      servicesUnderTest: [],
      expectedOutcomes: [],
      dependsOn: [],
      tags: [],
      createdAt: NOW,
      updatedAt: NOW,
      version: 1,
    });
  });

  it('Given null for optional fields, when it is made, then they are as left out', () => {
    const scenario = newScenario({ ...scenarioInput, description: null, tags: null, status: null }, NOW);
    expect(scenario).to.deep.equal(newScenario(scenarioInput, NOW));
  });

  it('Given its input changes afterwards, when the record is read, then it has not changed', () => {
    const tags = ['critical'];
    const configuration = { limits: { ms: 250 } };
    const now = new Date(NOW);
    const scenario = newScenario({ ...scenarioInput, tags, configuration }, now);
    tags.push('x');
    configuration.limits.ms = 1;
    now.setTime(0);
    expect(scenario.tags).to.deep.equal(['critical']);
    expect(scenario.configuration).to.deep.equal({ limits: { ms: 250 } });
    expect(scenario.createdAt).to.deep.equal(NOW);
  });

  it('Given a record, when someone writes to it at any depth, then that throws', () => {
    const scenario = newScenario({ ...scenarioInput, configuration: { a: [1] } }, NOW);
    expect(() => Object.assign(scenario, { name: 'x' })).to.throw(TypeError);
    expect(() => (scenario.configuration['a'] as number[]).push(2)).to.throw(TypeError);
    expect(() => scenario.createdAt.setFullYear(1999)).to.throw(TypeError, 'copy it');
  });

  it('Given several fields are wrong, when it is made, then one error names each with its path', () => {
    const input = {
      ...scenarioInput,
      scenarioId: '-x',
      name: '',
      tags: ['ok', ''],
      configuration: { a: [{ b: NaN }] },
    };
    expect(() => newScenario(input, NOW))
      .to.throw(InvalidValueError)
      .with.property('problems')
      .that.satisfies((problems: { path: string }[]) => {
        expect(problems.map(({ path }) => path)).to.deep.equal([
          'scenarioId',
          'name',
          'configuration.a[0].b',
          'tags[1]',
        ]);
        return true;
      });
  });

  it('Given a scenario, when it is made or changed to depend on itself, then that is refused', () => {
    const dependsOn = ['other', scenarioInput.scenarioId];
    expect(() => newScenario({ ...scenarioInput, dependsOn }, NOW)).to.throw(
      InvalidValueError,
      'dependsOn[1]',
    );
    const scenario = newScenario(scenarioInput, NOW);
    expect(() => changeScenario(scenario, { dependsOn }, NOW)).to.throw(InvalidValueError, 'dependsOn[1]');
  });

  it('Given changes, when they are made, then null clears, left out stays, and the version rises by one', () => {
    const scenario = newScenario({ ...scenarioInput, description: 'old', tags: ['a'] }, NOW);
    const changed = changeScenario(scenario, { name: 'New', description: null, tags: undefined }, later(5));
    expect(changed).to.deep.include({
      name: 'New',
      tags: ['a'],
      version: 2,
      createdAt: NOW,
      updatedAt: later(5),
    });
    expect(changed).not.to.have.property('description');
    expect(scenario.name).to.equal(scenarioInput.name);
  });

  it('Given null for a required field or a status among the changes, when they are made, then that is refused', () => {
    const scenario = newScenario(scenarioInput, NOW);
    for (const changes of [{ name: null }, { tags: null }, { status: 'active' }, { scenarioId: 'other' }]) {
      expect(() => changeScenario(scenario, changes as never, NOW)).to.throw(InvalidValueError);
    }
  });

  it('Given a scenario, when its status moves, then version and updatedAt follow, and a no-op gives the same record', () => {
    const scenario = newScenario(scenarioInput, NOW);
    const active = moveScenario(scenario, 'active', later(9));
    expect(active).to.deep.include({ status: 'active', version: 2, updatedAt: later(9) });
    expect(moveScenario(active, 'active', later(10))).to.equal(active);
    expect(() => moveScenario(active, 'draft', NOW)).to.throw(IllegalTransitionError);
  });
});
