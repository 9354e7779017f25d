-- Scenarios, runs, events and results. Names are not qualified: the runner sets the search path to the product's schema.

CREATE TABLE scenarios (
  scenario_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  description text,
  scenario_type text NOT NULL,
  status text NOT NULL,
  configuration jsonb NOT NULL,
  services_under_test text[] NOT NULL,
  expected_outcomes text[] NOT NULL,
  depends_on text[] NOT NULL,
  tags text[] NOT NULL,
  created_by text,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  version integer NOT NULL,
  creation_hash bytea NOT NULL,
  CONSTRAINT scenarios_pkey PRIMARY KEY (scenario_id),
  CONSTRAINT scenarios_type_check CHECK (scenario_type IN
    ('service_restart', 'network_partition', 'network_latency', 'resource_exhaustion', 'data_corruption', 'combined')),
  CONSTRAINT scenarios_status_check CHECK (status IN ('draft', 'active', 'archived', 'deprecated')),
  CONSTRAINT scenarios_version_check CHECK (version >= 1)
);
CREATE INDEX scenarios_by_time ON scenarios (created_at, scenario_id);
CREATE INDEX scenarios_by_status ON scenarios (status, created_at, scenario_id);
CREATE INDEX scenarios_by_type ON scenarios (scenario_type, created_at, scenario_id);
CREATE INDEX scenarios_by_tag ON scenarios USING gin (tags);

CREATE TABLE test_runs (
  run_id uuid NOT NULL,
  scenario_id text COLLATE "C" NOT NULL,
  status text NOT NULL,
  started_at timestamptz(3),
  completed_at timestamptz(3),
  duration_ms bigint,
  configuration_snapshot jsonb NOT NULL,
  test_environment text,
  exit_code integer,
  error_message text,
  external_id text,
  pinned boolean NOT NULL,
  unverified boolean NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  version integer NOT NULL,
  fence bigint,
  creation_hash bytea NOT NULL,
  CONSTRAINT test_runs_pkey PRIMARY KEY (run_id),
  CONSTRAINT test_runs_scenario_fkey FOREIGN KEY (scenario_id) REFERENCES scenarios (scenario_id),
  CONSTRAINT test_runs_status_check CHECK (status IN
    ('pending', 'running', 'passed', 'failed', 'error', 'cancelled', 'timeout')),
  CONSTRAINT test_runs_duration_check CHECK (duration_ms >= 0),
  CONSTRAINT test_runs_version_check CHECK (version >= 1)
);
CREATE INDEX test_runs_by_scenario ON test_runs (scenario_id, run_id);
CREATE INDEX test_runs_by_status ON test_runs (status, run_id);
CREATE INDEX test_runs_by_start ON test_runs (started_at, run_id) WHERE started_at IS NOT NULL;
CREATE UNIQUE INDEX test_runs_by_external_id ON test_runs (external_id) WHERE external_id IS NOT NULL;
-- For retention: the runs that it may take, the oldest first.
CREATE INDEX test_runs_by_age ON test_runs (created_at, run_id) WHERE NOT pinned;

-- Events and results have no foreign key: two of them cost a quarter of a bulk insert. The inserting statement checks and
-- locks the runs instead (FOR KEY SHARE), and the trigger below takes the children of a deleted run.
CREATE TABLE chaos_events (
  event_id uuid NOT NULL,
  run_id uuid NOT NULL,
  event_type text NOT NULL,
  target_service text NOT NULL,
  parameters jsonb NOT NULL,
  injected_at timestamptz(3) NOT NULL,
  duration_ms bigint,
  status text NOT NULL,
  recovered_at timestamptz(3),
  recovery_time_ms bigint,
  created_at timestamptz(3) NOT NULL,
  version integer NOT NULL,
  creation_hash bytea NOT NULL,
  CONSTRAINT chaos_events_pkey PRIMARY KEY (event_id),
  CONSTRAINT chaos_events_type_check CHECK (event_type IN
    ('service_restart', 'service_kill', 'network_partition', 'network_latency', 'network_packet_loss', 'cpu_stress',
     'memory_stress', 'disk_io_stress', 'clock_skew')),
  CONSTRAINT chaos_events_status_check CHECK (status IN ('pending', 'injected', 'in_progress', 'recovered', 'failed')),
  CONSTRAINT chaos_events_duration_check CHECK (duration_ms >= 0),
  CONSTRAINT chaos_events_recovery_check CHECK (recovery_time_ms >= 0),
  CONSTRAINT chaos_events_version_check CHECK (version >= 1)
);
CREATE INDEX chaos_events_by_run ON chaos_events (run_id, event_id);
CREATE INDEX chaos_events_by_status ON chaos_events (status, event_id);
CREATE INDEX chaos_events_by_type ON chaos_events (event_type, event_id);
CREATE INDEX chaos_events_by_service ON chaos_events (target_service, event_id);

CREATE TABLE test_results (
  result_id uuid NOT NULL,
  run_id uuid NOT NULL,
  name text,
  assertion_type text NOT NULL,
  expected_value text NOT NULL,
  actual_value text NOT NULL,
  status text NOT NULL,
  verification_time timestamptz(3) NOT NULL,
  error_details text,
  correlation_id text,
  attempt smallint NOT NULL,
  flaky boolean NOT NULL,
  metadata jsonb,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT test_results_pkey PRIMARY KEY (result_id),
  CONSTRAINT test_results_type_check CHECK (assertion_type IN
    ('service_health', 'response_time', 'data_consistency', 'audit_trail', 'error_rate', 'throughput', 'latency',
     'availability', 'recovery_time')),
  CONSTRAINT test_results_status_check CHECK (status IN ('passed', 'failed', 'skipped', 'error')),
  CONSTRAINT test_results_attempt_check CHECK (attempt >= 1)
);
CREATE INDEX test_results_by_run ON test_results (run_id, result_id);
CREATE INDEX test_results_by_status ON test_results (status, result_id);
CREATE INDEX test_results_by_type ON test_results (assertion_type, result_id);
CREATE INDEX test_results_by_correlation ON test_results (correlation_id, result_id) WHERE correlation_id IS NOT NULL;

-- Runs with the rights of the tables' owner: the application may delete runs, and children only with their run.
-- Its statements see what was committed while the DELETE waited for the run's lock, so that no child outlives its run.
CREATE FUNCTION delete_children_of_run() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  DELETE FROM chaos_events WHERE run_id = OLD.run_id;
  DELETE FROM test_results WHERE run_id = OLD.run_id;
  RETURN NULL;
END
$$;
ALTER FUNCTION delete_children_of_run() SET search_path FROM CURRENT;
REVOKE ALL ON FUNCTION delete_children_of_run() FROM PUBLIC;
CREATE TRIGGER test_runs_delete_children AFTER DELETE ON test_runs
  FOR EACH ROW EXECUTE FUNCTION delete_children_of_run();

-- For retention: takes at most `batch` events and results of a run that is not pinned, and answers how many it took.
CREATE FUNCTION delete_some_children_of_run(run uuid, batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
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
$$;
ALTER FUNCTION delete_some_children_of_run(uuid, integer) SET search_path FROM CURRENT;
REVOKE ALL ON FUNCTION delete_some_children_of_run(uuid, integer) FROM PUBLIC;

CREATE FUNCTION health_check(OUT schema_version integer, OUT server_version text, OUT writable boolean)
LANGUAGE sql STABLE AS $$
  SELECT (SELECT max(number) FROM schema_migrations), current_setting('server_version'), NOT pg_is_in_recovery()
$$;
ALTER FUNCTION health_check() SET search_path FROM CURRENT;
