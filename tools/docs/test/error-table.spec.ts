import { ERROR_CODES } from '@test-coordinator/ports';
import { expect } from 'chai';

import { read } from './repository.js';

describe('The error table of the docs', () => {
  it('Given the codes in the code, when the table is read, then each is there with its retry advice, and no other', () => {
    const rows = read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\| (yes|no) +\|/gm);
    const documented = [...rows].map(([, code, retryable]) => [code, retryable]);
    const inCode = Object.entries(ERROR_CODES).map(([code, { retryable }]) => [
      code,
      retryable ? 'yes' : 'no',
    ]);
    expect(documented).to.deep.equal(inCode);
  });
});
