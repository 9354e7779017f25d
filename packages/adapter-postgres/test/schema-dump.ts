import { connected } from './fault-worlds.js';

/**
 * The tables, constraints, indexes, functions and triggers of the schema as the server tells them: the same text from
 * every supported version, unlike pg_dump's.
 */
const PARTS = [
  `SELECT format('%s.%s %s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
     CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END) AS line
   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
   WHERE c.relnamespace = 'test_coordination'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY c.relname, a.attnum`,
  // PostgreSQL 18 lists NOT NULL as constraints; the columns above say it already.
  `SELECT format('%s %s', conname, pg_get_constraintdef(oid)) AS line
   FROM pg_constraint WHERE connamespace = 'test_coordination'::regnamespace AND contype IN ('c', 'f', 'p', 'u') ORDER BY conname`,
  `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'test_coordination' ORDER BY indexname`,
  `SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'test_coordination'::regnamespace ORDER BY proname`,
  `SELECT pg_get_triggerdef(t.oid) AS line FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = 'test_coordination'::regnamespace AND NOT t.tgisinternal ORDER BY tgname`,
];

export async function schemaDump(url: string): Promise<string> {
  const client = await connected(url);
  try {
    const parts: string[] = [];
    for (const part of PARTS) {
      const { rows } = await client.query<{ line: string }>(part);
      parts.push(rows.map(({ line }) => line.trim()).join('\n'));
    }
    return `${parts.join('\n\n')}\n`;
  } finally {
    await client.end();
  }
}
