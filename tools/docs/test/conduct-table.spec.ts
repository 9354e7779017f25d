import { CONDUCT } from '@test-coordinator/adapter-spool';
import * as ports from '@test-coordinator/ports';
import { expect } from 'chai';

import { read } from './repository.js';

/** Tokens of what adapters are built from. */
const NO_STORES = ['Clock', 'IdGenerator', 'Logger'];

describe('The table of what methods do while the store is away', () => {
  it('Given the table in the code, when that of the docs is read, then both say the same of every method of every port', () => {
    const rows = read('docs/degraded-mode.md').matchAll(/^\| `(\w+\.\w+)` +\| (\w+) +\|/gm);
    const documented = [...rows].map(([, method, conduct]) => [method, conduct]);
    const inCode = Object.entries(CONDUCT).flatMap(([port, methods]) =>
      Object.entries(methods).map(([method, conduct]) => [`${port}.${method}`, conduct]),
    );
    expect(documented).to.deep.equal(inCode);
  });

  it('Given the tokens of the ports, when they are compared with the table, then no port is missing', () => {
    const tokens = Object.entries(ports).flatMap(([name, value]) =>
      typeof value === 'symbol' ? [name] : [],
    );
    const named = tokens
      .filter((name) => !NO_STORES.includes(name))
      .map((name) => name.replace(/^./, (first) => first.toLowerCase()).replace(/Repository$/, ''));
    expect(named.toSorted()).to.deep.equal(Object.keys(CONDUCT).toSorted());
  });
});
