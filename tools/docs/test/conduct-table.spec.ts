import { CONDUCT } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { read } from './repository.js';

describe('The table of what methods do while the store is away', () => {
  it('Given the table in the code, when that of the docs is read, then both say the same of every method of every port', () => {
    const rows = read('docs/degraded-mode.md').matchAll(/^\| `(\w+\.\w+)` +\| (\w+) +\|/gm);
    const documented = [...rows].map(([, method, conduct]) => [method, conduct]);
    const inCode = Object.entries(CONDUCT).flatMap(([port, methods]) =>
      Object.entries(methods).map(([method, conduct]) => [`${port}.${method}`, conduct]),
    );
    expect(documented).to.deep.equal(inCode);
  });
});
