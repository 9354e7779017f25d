audit_entries.chain text NOT NULL
audit_entries.sequence bigint NOT NULL
audit_entries.content text NOT NULL
audit_entries.hash text NOT NULL
audit_entries.entry_id uuid NOT NULL
audit_entries.at text NOT NULL
audit_entries.actor text
audit_entries.action text NOT NULL
audit_entries.entity text NOT NULL
audit_entries.record_id text
audit_entries.run_id text
audit_entries.request_id text
audit_entries.result text
chaos_events.event_id uuid NOT NULL
chaos_events.run_id uuid NOT NULL
chaos_events.event_type text NOT NULL
chaos_events.target_service text NOT NULL
chaos_events.parameters jsonb NOT NULL
chaos_events.injected_at timestamp(3) with time zone NOT NULL
chaos_events.duration_ms bigint
chaos_events.status text NOT NULL
chaos_events.recovered_at timestamp(3) with time zone
chaos_events.recovery_time_ms bigint
chaos_events.created_at timestamp(3) with time zone NOT NULL
chaos_events.version integer NOT NULL
chaos_events.creation_hash bytea NOT NULL
scenarios.scenario_id text NOT NULL
scenarios.name text NOT NULL
scenarios.description text
scenarios.scenario_type text NOT NULL
scenarios.status text NOT NULL
scenarios.configuration jsonb NOT NULL
scenarios.services_under_test text[] NOT NULL
scenarios.expected_outcomes text[] NOT NULL
scenarios.depends_on text[] NOT NULL
scenarios.tags text[] NOT NULL
scenarios.created_by text
scenarios.created_at timestamp(3) with time zone NOT NULL
scenarios.updated_at timestamp(3) with time zone NOT NULL
scenarios.version integer NOT NULL
scenarios.creation_hash bytea NOT NULL
schema_migrations.number integer NOT NULL
schema_migrations.name text NOT NULL
schema_migrations.checksum text NOT NULL
schema_migrations.applied_at timestamp(3) with time zone NOT NULL
test_results.result_id uuid NOT NULL
test_results.run_id uuid NOT NULL
test_results.name text
test_results.assertion_type text NOT NULL
test_results.expected_value text NOT NULL
test_results.actual_value text NOT NULL
test_results.status text NOT NULL
test_results.verification_time timestamp(3) with time zone NOT NULL
test_results.error_details text
test_results.correlation_id text
test_results.attempt smallint NOT NULL
test_results.flaky boolean NOT NULL
test_results.metadata jsonb
test_results.created_at timestamp(3) with time zone NOT NULL
test_runs.run_id uuid NOT NULL
test_runs.scenario_id text NOT NULL
test_runs.status text NOT NULL
test_runs.started_at timestamp(3) with time zone
test_runs.completed_at timestamp(3) with time zone
test_runs.duration_ms bigint
test_runs.configuration_snapshot jsonb NOT NULL
test_runs.test_environment text
test_runs.exit_code integer
test_runs.error_message text
test_runs.external_id text
test_runs.pinned boolean NOT NULL
test_runs.unverified boolean NOT NULL
test_runs.created_at timestamp(3) with time zone NOT NULL
test_runs.updated_at timestamp(3) with time zone NOT NULL
test_runs.version integer NOT NULL
test_runs.fence bigint
test_runs.creation_hash bytea NOT NULL

audit_entries_id_key UNIQUE (entry_id)
audit_entries_pkey PRIMARY KEY (chain, sequence)
chaos_events_duration_check CHECK ((duration_ms >= 0))
chaos_events_pkey PRIMARY KEY (event_id)
chaos_events_recovery_check CHECK ((recovery_time_ms >= 0))
chaos_events_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'injected'::text, 'in_progress'::text, 'recovered'::text, 'failed'::text])))
chaos_events_type_check CHECK ((event_type = ANY (ARRAY['service_restart'::text, 'service_kill'::text, 'network_partition'::text, 'network_latency'::text, 'network_packet_loss'::text, 'cpu_stress'::text, 'memory_stress'::text, 'disk_io_stress'::text, 'clock_skew'::text])))
chaos_events_version_check CHECK ((version >= 1))
scenarios_pkey PRIMARY KEY (scenario_id)
scenarios_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'archived'::text, 'deprecated'::text])))
scenarios_type_check CHECK ((scenario_type = ANY (ARRAY['service_restart'::text, 'network_partition'::text, 'network_latency'::text, 'resource_exhaustion'::text, 'data_corruption'::text, 'combined'::text])))
scenarios_version_check CHECK ((version >= 1))
schema_migrations_pkey PRIMARY KEY (number)
test_results_attempt_check CHECK ((attempt >= 1))
test_results_pkey PRIMARY KEY (result_id)
test_results_status_check CHECK ((status = ANY (ARRAY['passed'::text, 'failed'::text, 'skipped'::text, 'error'::text])))
test_results_type_check CHECK ((assertion_type = ANY (ARRAY['service_health'::text, 'response_time'::text, 'data_consistency'::text, 'audit_trail'::text, 'error_rate'::text, 'throughput'::text, 'latency'::text, 'availability'::text, 'recovery_time'::text])))
test_runs_duration_check CHECK ((duration_ms >= 0))
test_runs_pkey PRIMARY KEY (run_id)
test_runs_scenario_fkey FOREIGN KEY (scenario_id) REFERENCES test_coordination.scenarios(scenario_id)
test_runs_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'passed'::text, 'failed'::text, 'error'::text, 'cancelled'::text, 'timeout'::text])))
test_runs_version_check CHECK ((version >= 1))

CREATE INDEX audit_entries_by_record ON test_coordination.audit_entries USING btree (record_id, entry_id) WHERE (record_id IS NOT NULL)
CREATE INDEX audit_entries_by_request ON test_coordination.audit_entries USING btree (request_id, entry_id) WHERE (request_id IS NOT NULL)
CREATE INDEX audit_entries_by_run ON test_coordination.audit_entries USING btree (run_id, entry_id) WHERE (run_id IS NOT NULL)
CREATE UNIQUE INDEX audit_entries_id_key ON test_coordination.audit_entries USING btree (entry_id)
CREATE UNIQUE INDEX audit_entries_pkey ON test_coordination.audit_entries USING btree (chain, sequence)
CREATE INDEX chaos_events_by_run ON test_coordination.chaos_events USING btree (run_id, event_id)
CREATE INDEX chaos_events_by_service ON test_coordination.chaos_events USING btree (target_service, event_id)
CREATE INDEX chaos_events_by_status ON test_coordination.chaos_events USING btree (status, event_id)
CREATE INDEX chaos_events_by_type ON test_coordination.chaos_events USING btree (event_type, event_id)
CREATE UNIQUE INDEX chaos_events_pkey ON test_coordination.chaos_events USING btree (event_id)
CREATE INDEX scenarios_by_status ON test_coordination.scenarios USING btree (status, created_at, scenario_id)
CREATE INDEX scenarios_by_tag ON test_coordination.scenarios USING gin (tags)
CREATE INDEX scenarios_by_time ON test_coordination.scenarios USING btree (created_at, scenario_id)
CREATE INDEX scenarios_by_type ON test_coordination.scenarios USING btree (scenario_type, created_at, scenario_id)
CREATE UNIQUE INDEX scenarios_pkey ON test_coordination.scenarios USING btree (scenario_id)
CREATE UNIQUE INDEX schema_migrations_pkey ON test_coordination.schema_migrations USING btree (number)
CREATE INDEX test_results_by_correlation ON test_coordination.test_results USING btree (correlation_id, result_id) WHERE (correlation_id IS NOT NULL)
CREATE INDEX test_results_by_run ON test_coordination.test_results USING btree (run_id, result_id)
CREATE INDEX test_results_by_status ON test_coordination.test_results USING btree (status, result_id)
CREATE INDEX test_results_by_type ON test_coordination.test_results USING btree (assertion_type, result_id)
CREATE UNIQUE INDEX test_results_pkey ON test_coordination.test_results USING btree (result_id)
CREATE INDEX test_runs_by_age ON test_coordination.test_runs USING btree (created_at, run_id) WHERE (NOT pinned)
CREATE UNIQUE INDEX test_runs_by_external_id ON test_coordination.test_runs USING btree (external_id) WHERE (external_id IS NOT NULL)
CREATE INDEX test_runs_by_scenario ON test_coordination.test_runs USING btree (scenario_id, run_id)
CREATE INDEX test_runs_by_start ON test_coordination.test_runs USING btree (started_at, run_id) WHERE (started_at IS NOT NULL)
CREATE INDEX test_runs_by_status ON test_coordination.test_runs USING btree (status, run_id)
CREATE UNIQUE INDEX test_runs_pkey ON test_coordination.test_runs USING btree (run_id)

CREATE OR REPLACE FUNCTION test_coordination.audit_append(of_chain text, first_sequence bigint, contents text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'test_coordination', 'pg_temp'
AS $function$
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
$function$
CREATE OR REPLACE FUNCTION test_coordination.delete_children_of_run()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'test_coordination', 'pg_temp'
AS $function$
BEGIN
  DELETE FROM chaos_events WHERE run_id = OLD.run_id;
  DELETE FROM test_results WHERE run_id = OLD.run_id;
  RETURN NULL;
END
$function$
CREATE OR REPLACE FUNCTION test_coordination.delete_some_children_of_run(run uuid, batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'test_coordination', 'pg_temp'
AS $function$
DECLARE
  events integer;
  results integer;
BEGIN
  PERFORM FROM test_runs WHERE run_id = run AND NOT pinned FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM chaos_events WHERE event_id IN (SELECT event_id FROM chaos_events WHERE run_id = run LIMIT batch);
  GET DIAGNOSTICS events = ROW_COUNT;
  DELETE FROM test_results WHERE result_id IN (SELECT result_id FROM test_results WHERE run_id = run LIMIT batch - events);
  GET DIAGNOSTICS results = ROW_COUNT;
  RETURN events + results;
END
$function$
CREATE OR REPLACE FUNCTION test_coordination.health_check(OUT schema_version integer, OUT server_version text, OUT writable boolean)
 RETURNS record
 LANGUAGE sql
 STABLE
 SET search_path TO 'test_coordination', 'pg_temp'
AS $function$
  SELECT (SELECT max(number) FROM schema_migrations), current_setting('server_version'), NOT pg_is_in_recovery()
$function$

CREATE TRIGGER test_runs_delete_children AFTER DELETE ON test_coordination.test_runs FOR EACH ROW EXECUTE FUNCTION test_coordination.delete_children_of_run()
