import { CODE_OF_SQLSTATE, codeOfSqlState } from '@test-coordinator/adapter-postgres';
import { ERROR_CODES } from '@test-coordinator/ports';
import { expect } from 'chai';

import { connected } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

/** What the documents promise, written down once more by hand. */
const PROMISED: Readonly<Record<string, string>> = {
  '08006': 'UNAVAILABLE',
  '08P01': 'INTERNAL',
  '22021': 'INVALID_ARGUMENT',
  '22P02': 'INVALID_ARGUMENT',
  '22P05': 'INVALID_ARGUMENT',
  '23502': 'INVALID_ARGUMENT',
  '23503': 'REFERENCE_VIOLATION',
  '23505': 'ALREADY_EXISTS',
  '23514': 'INVALID_ARGUMENT',
  '25006': 'UNAVAILABLE',
  '25P02': 'INTERNAL',
  '25P03': 'TIMEOUT',
  '25P04': 'TIMEOUT',
  '28P01': 'UNAVAILABLE',
  '3D000': 'UNAVAILABLE',
  '40001': 'VERSION_CONFLICT',
  '40P01': 'VERSION_CONFLICT',
  '42501': 'INTERNAL',
  '42P01': 'INTERNAL',
  '53100': 'CAPACITY',
  '53200': 'CAPACITY',
  '53300': 'CAPACITY',
  '54001': 'INVALID_ARGUMENT',
  '55P03': 'TIMEOUT',
  '57014': 'TIMEOUT',
  '57P01': 'UNAVAILABLE',
  '57P02': 'UNAVAILABLE',
  '57P03': 'UNAVAILABLE',
  '57P04': 'UNAVAILABLE',
  '57P05': 'UNAVAILABLE',
  '58030': 'UNAVAILABLE',
  XX000: 'INTERNAL',
};

describe('The codes of SQLSTATEs', () => {
  for (const [sqlState, code] of Object.entries(PROMISED)) {
    it(`When the server says ${sqlState}, Then it is ${code}`, () => {
      expect(codeOfSqlState(sqlState)).to.equal(code);
    });
  }

  it('When the table is read backwards, Then each of its entries is promised, and each code exists', () => {
    const promised = Object.keys(PROMISED);
    for (const [entry, code] of Object.entries(CODE_OF_SQLSTATE)) {
      expect(
        promised.some((sqlState) => sqlState.startsWith(entry)),
        entry,
      ).to.equal(true);
      expect(ERROR_CODES).to.have.property(code);
    }
  });

  it('When a server is made to say them, Then pg tells them in the field that is read', async () => {
    const client = await connected(await sharedServer.emptyDatabase());
    const said = async (text: string): Promise<string | undefined> =>
      client.query(text).then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    expect(await said('SELECT \'{"a":"\\u0000"}\'::jsonb')).to.equal('22P05');
    expect(await said("SELECT 'x'::uuid")).to.equal('22P02');
    await client.query(
      'CREATE TABLE unique_numbers (n integer PRIMARY KEY CHECK (n > 0)); INSERT INTO unique_numbers VALUES (1)',
    );
    expect(await said('INSERT INTO unique_numbers VALUES (1)')).to.equal('23505');
    expect(await said('INSERT INTO unique_numbers VALUES (0)')).to.equal('23514');
    expect(await said("SET statement_timeout = '20ms'; SELECT pg_sleep(1)")).to.equal('57014');
    await client.end();
  });
});
