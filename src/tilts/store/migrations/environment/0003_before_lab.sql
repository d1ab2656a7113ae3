-- Why:    the conformance lab: scenarios as they were when a run began, runs, their situations, what was seen on
--         the wire, and which vendor was given which test persons and organisations.
-- When:   before code that observes clients.
-- Locks:  audit_entry, for as long as an empty partial index takes to build.
-- Undo:   DROP the tables made here, and INDEX audit_entry_by_run.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE lab_scenario (
    sha256       text COLLATE "C" PRIMARY KEY,
    scenario_id  text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    content      text NOT NULL
);

CREATE TABLE lab_run (
    run_id        uuid PRIMARY KEY,
    client_id     text COLLATE "C" NOT NULL,
    vendor_id     uuid NOT NULL,
    version_id    uuid,
    role          text NOT NULL CHECK (role IN ('practice', 'pharmacy')),
    plan          text NOT NULL,
    scenarios     text[] COLLATE "C" NOT NULL,
    state         text NOT NULL CHECK (state IN ('active', 'finished')),
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    situation_id  uuid,
    gap           boolean NOT NULL DEFAULT false,
    CONSTRAINT finished_when_over CHECK ((state = 'finished') = (finished_at IS NOT NULL))
);
COMMENT ON COLUMN lab_run.scenarios IS 'sha256 of each, in order: frozen when the run began';
COMMENT ON COLUMN lab_run.situation_id IS 'the scenario that is being played now: what is seen belongs to it';
COMMENT ON COLUMN lab_run.gap IS 'a call could not be written down: the evidence is incomplete';
CREATE UNIQUE INDEX one_active_run_for_a_client ON lab_run (client_id) WHERE state = 'active';
CREATE INDEX lab_run_by_vendor ON lab_run (vendor_id, started_at);

CREATE TABLE lab_situation (
    situation_id  uuid PRIMARY KEY,
    run_id        uuid NOT NULL REFERENCES lab_run,
    sha256        text COLLATE "C" NOT NULL REFERENCES lab_scenario,
    attempt       integer NOT NULL CHECK (attempt >= 1),
    state         text NOT NULL CHECK (state IN ('preparing', 'open', 'gone-on', 'closed')),
    facts         jsonb NOT NULL,
    loss          text,
    prepared_at   timestamptz NOT NULL,
    closed_at     timestamptz,
    CONSTRAINT one_situation_for_an_attempt UNIQUE (run_id, sha256, attempt)
);
COMMENT ON COLUMN lab_situation.loss IS 'the call (POST /MedicationDispense) of which the next answer is not sent';

-- Only ever added to.
CREATE TABLE lab_observation (
    sequence        bigint GENERATED ALWAYS AS IDENTITY,
    run_id          uuid NOT NULL REFERENCES lab_run,
    situation_id    uuid REFERENCES lab_situation,
    at              timestamptz NOT NULL,
    request_id      text NOT NULL,
    method          text NOT NULL,
    route           text NOT NULL,
    status          integer NOT NULL,
    rule_id         text,
    proven          boolean NOT NULL,
    whole           boolean NOT NULL,
    reply_lost      boolean NOT NULL,
    request         jsonb NOT NULL,
    answer          jsonb NOT NULL,
    request_body    bytea NOT NULL,
    answer_body     bytea NOT NULL,
    PRIMARY KEY (run_id, sequence)
);
COMMENT ON COLUMN lab_observation.proven IS 'by certificate, token or signed assertion; else only claimed';

CREATE TABLE test_allotment (
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('person', 'practice', 'pharmacy', 'practice-site', 'pharmacy-site')),
    subject    text COLLATE "C" NOT NULL,
    vendor_id  uuid NOT NULL,
    since      timestamptz NOT NULL,
    CONSTRAINT handed_out_to_one_vendor PRIMARY KEY (kind, subject)
);
CREATE INDEX test_allotment_by_vendor ON test_allotment (vendor_id);

-- Which calls the audit trail knows of a run: each must have been seen.
CREATE INDEX audit_entry_by_run ON audit_entry ((detail ->> 'run')) WHERE detail ? 'run';
