-- The audit log: chains of entries, each with a hash over the one before. Names are not qualified: see 0001.

-- What can be asked for is kept beside the content, from which it is read once: nine columns that are generated would parse
-- it nine times, which made an append of 128 entries take 36 ms instead of 6. Who reads a chain compares them.
CREATE TABLE audit_entries (
  chain text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  content text NOT NULL,
  hash text COLLATE "C" NOT NULL,
  entry_id uuid NOT NULL,
  at text COLLATE "C" NOT NULL,
  actor text,
  action text NOT NULL,
  entity text NOT NULL,
  record_id text,
  run_id text,
  request_id text,
  result text,
  CONSTRAINT audit_entries_pkey PRIMARY KEY (chain, sequence),
  CONSTRAINT audit_entries_id_key UNIQUE (entry_id)
);
CREATE INDEX audit_entries_by_record ON audit_entries (record_id, entry_id) WHERE record_id IS NOT NULL;
CREATE INDEX audit_entries_by_run ON audit_entries (run_id, entry_id) WHERE run_id IS NOT NULL;
CREATE INDEX audit_entries_by_request ON audit_entries (request_id, entry_id) WHERE request_id IS NOT NULL;

-- Runs with the rights of the table's owner: the application may append, and nothing else. Answers false, and stores
-- nothing, when one of the sequences holds another content. The lock ends with the transaction and waits for no other chain.
CREATE FUNCTION audit_append(of_chain text, first_sequence bigint, contents text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  last_sequence bigint;
  head text;
  known integer;
  hashes text[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(format('test-coordinator audit %s %s', current_schema(), of_chain), 0));
  SELECT e.sequence, e.hash INTO last_sequence, head
    FROM audit_entries e WHERE e.chain = of_chain ORDER BY e.sequence DESC LIMIT 1;
  IF NOT FOUND THEN
    last_sequence := 0;
    head := repeat('0', 64);
  END IF;
  known := least(greatest(last_sequence - first_sequence + 1, 0), cardinality(contents));
  IF known > 0 AND EXISTS (
    SELECT FROM unnest(contents[:known]) WITH ORDINALITY AS given (content, place)
      JOIN audit_entries e ON e.chain = of_chain AND e.sequence = first_sequence + given.place - 1
     WHERE e.content <> given.content
  ) THEN
    RETURN false;
  END IF;
  FOR place IN known + 1 .. cardinality(contents) LOOP
    head := encode(sha256(convert_to(head || contents[place], 'UTF8')), 'hex');
    hashes := hashes || head;
  END LOOP;
  INSERT INTO audit_entries (chain, sequence, content, hash,
                             entry_id, at, actor, action, entity, record_id, run_id, request_id, result)
    SELECT of_chain, first_sequence + known + fresh.place - 1, fresh.content, fresh.hash,
           e."entryId", e.at, e.actor, e.action, e.entity, e.id, e."runId", e."requestId", e.result
      FROM unnest(contents[known + 1:], hashes) WITH ORDINALITY AS fresh (content, hash, place),
           json_to_record(fresh.content::json) AS e ("entryId" uuid, at text, actor text, action text, entity text,
             id text, "runId" text, "requestId" text, result text);
  RETURN true;
END
$$;
ALTER FUNCTION audit_append(text, bigint, text[]) SET search_path FROM CURRENT;
REVOKE ALL ON FUNCTION audit_append(text, bigint, text[]) FROM PUBLIC;
