import { readFileSync } from 'node:fs';

import { nodeOptionsOf, sabotaged, SABOTEURS } from '@test-coordinator/torture';
import { expect } from 'chai';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const SIMULATION = readFileSync(
  new URL('../../../packages/adapter-spool/test/simulation/saboteurs.ts', import.meta.url),
  'utf8',
);

/** The names in the table of saboteurs that are caught so. */
function tabled(catcher: 'simulation' | 'torture'): string[] {
  return [...README.matchAll(/^\| (\S.*?) +\| (simulation|torture) +\|$/gm)]
    .filter(([, , by]) => by === catcher)
    .map(([, name]) => name!);
}

describe('Given the table of rules and of what catches who breaks them', () => {
  it('When the torture catches it, Then it is one of its saboteurs, and all of them are there', () => {
    expect(tabled('torture')).to.have.members(SABOTEURS.map(({ name }) => name));
  });

  it('When the simulation catches it, Then it is one of its saboteurs, and all of them are there', () => {
    const names = [...SIMULATION.matchAll(/^ {4}name: '(.*)',$/gm)].map(([, name]) => name!);
    expect(names).to.have.length.greaterThan(10);
    expect(tabled('simulation')).to.have.members(names);
  });

  for (const saboteur of SABOTEURS) {
    it(`When the product is built, Then there is one place in it for who ${saboteur.name}`, async () => {
      expect(await nodeOptionsOf(saboteur)).to.have.length(2);
    });
  }

  it('When the code has another text than a saboteur looks for, Then that is an error', () => {
    const [saboteur] = SABOTEURS;
    expect(() => sabotaged('', saboteur!)).to.throw('has not exactly one place to sabotage');
    expect(() => sabotaged(`${saboteur!.from}${saboteur!.from}`, saboteur!)).to.throw('exactly one place');
    expect(sabotaged(saboteur!.from, saboteur!)).to.equal(saboteur!.to);
  });
});
