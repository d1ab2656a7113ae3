-- Why:    no mass copying: who opened how many patients, who is held and why, what looks unusual (ADR 0042).
-- When:   before code that counts. The old code goes on counting its misses: the new column has a default.
-- Locks:  find_miss, for a column with a constant default: milliseconds; audit_entry, as long as an index
--         over it takes to build; relationship, which is new.
-- Undo:   DROP the tables made here, INDEX relationship_by_home_doctor and audit_entry_by_role, COLUMNS counted and patient_id of find_miss.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- The last time an actor opened a patient. seen_at stands in no index, so that opening a patient again is written
-- in place (HOT); rows are forgotten once they are older than the longest window.
CREATE TABLE breadth_seen (
    scope       text COLLATE "C" NOT NULL CHECK (scope IN ('practitioner', 'site', 'organization', 'client')),
    actor       text COLLATE "C" NOT NULL,
    patient_id  uuid NOT NULL,
    seen_at     timestamptz NOT NULL,
    before_at   timestamptz,
    CONSTRAINT one_row_for_actor_and_patient PRIMARY KEY (scope, actor, patient_id)
) WITH (fillfactor = 70);
COMMENT ON COLUMN breadth_seen.actor IS 'practitioner id (without one the client id), site, organisation id or client id';
COMMENT ON COLUMN breadth_seen.before_at IS 'seen_at before the last time: tells whether the patient is new in a window';

-- What is usual for an organisation: patients by hour, four weeks back.
CREATE TABLE breadth_hour (
    scope     text COLLATE "C" NOT NULL,
    actor     text COLLATE "C" NOT NULL,
    hour      timestamptz NOT NULL,
    patients  integer NOT NULL,
    PRIMARY KEY (scope, actor, hour)
);

-- What one person did lately, call by call: the rules for anomalies ask for it.
CREATE INDEX audit_entry_by_role ON audit_entry (role_id, at) WHERE role_id IS NOT NULL;

-- How many patients a practice has.
CREATE INDEX relationship_by_home_doctor ON relationship (organization_id) WHERE kind = 'home-doctor';

-- One table for what is counted without a patient: a wrong number or name, a search without a hit, a no of MAY-00x.
ALTER TABLE find_miss
    ADD COLUMN counted text NOT NULL DEFAULT 'misses' CHECK (counted IN ('misses', 'denied')),
    ADD COLUMN patient_id uuid;
COMMENT ON COLUMN find_miss.client_id IS 'who is counted: a client; of what was denied a practitioner';

CREATE TABLE hold (
    hold_id      uuid PRIMARY KEY,
    scope        text COLLATE "C" NOT NULL CHECK (scope IN ('practitioner', 'site', 'organization', 'client')),
    actor        text COLLATE "C" NOT NULL,
    limit_id     text COLLATE "C" NOT NULL,
    since        timestamptz NOT NULL,
    facts        jsonb NOT NULL,
    state        text NOT NULL CHECK (state IN ('held', 'asked', 'released')),
    reason       text,
    asked_by     uuid,
    asked_at     timestamptz,
    released_by  uuid,
    released_at  timestamptz,
    CONSTRAINT asked_with_reason CHECK ((state = 'held') = (asked_by IS NULL) AND (asked_by IS NULL) = (reason IS NULL)),
    CONSTRAINT released_when_confirmed CHECK ((state = 'released') = (released_by IS NOT NULL)
                                              AND (released_by IS NULL) = (released_at IS NULL)),
    CONSTRAINT released_by_another_person CHECK (released_by <> asked_by)
);
COMMENT ON COLUMN hold.released_at IS 'counting begins anew from here';
CREATE UNIQUE INDEX one_hold_for_an_actor ON hold (scope, actor) WHERE state <> 'released';

-- Only ever added to. Facts name counts and limits, never a person.
CREATE TABLE alert (
    alert_id  uuid PRIMARY KEY,
    at        timestamptz NOT NULL,
    severity  text NOT NULL CHECK (severity IN ('warn', 'hold', 'anomaly')),
    limit_id  text COLLATE "C" NOT NULL,
    scope     text COLLATE "C" NOT NULL,
    actor     text COLLATE "C" NOT NULL,
    facts     jsonb NOT NULL
);
CREATE INDEX alert_by_actor ON alert (scope, actor, limit_id, at);
CREATE INDEX alert_by_time ON alert (at);

-- Patients that belong to nobody: who opens one has no business there.
CREATE TABLE canary (
    patient_id  uuid PRIMARY KEY
);

-- Whose record is looked at with more than a doctor's eyes: public persons, colleagues.
CREATE TABLE flagged_person (
    patient_id  uuid PRIMARY KEY,
    since       timestamptz NOT NULL
);

-- The record of a practitioner as a patient, where it is known.
CREATE TABLE own_record (
    practitioner_id  uuid PRIMARY KEY,
    patient_id       uuid NOT NULL
);

-- How far the audit trail has been looked through for anomalies.
CREATE TABLE anomaly_cursor (
    name     text PRIMARY KEY,
    read_to  timestamptz NOT NULL
);
