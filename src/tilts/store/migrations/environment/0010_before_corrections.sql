-- Why:    a dispense is amended or withdrawn as a version of its own; a cancellation that came before its prescription;
--         the receipt of a closed line; repairs by two persons; ADR 0049.
-- When:   before the code that reads these; the old code writes first versions only, and no receipts.
-- Locks:  dispense for the length of one index; prescription_line for a moment.
-- Undo:   DROP TABLE repair_order, early_cancellation; DROP COLUMN receipt_id, version, state, reason; the key back.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '300s';

-- Only ever added to: what was recorded stays, and a correction is one row more.
ALTER TABLE dispense
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN state   text NOT NULL DEFAULT 'recorded' CHECK (state IN ('recorded', 'amended', 'withdrawn')),
    ADD COLUMN reason  text,
    ADD CONSTRAINT first_version_is_the_record CHECK ((version = 1) = (state = 'recorded')),
    ADD CONSTRAINT corrected_with_a_reason CHECK ((state = 'recorded') = (reason IS NULL)),
    DROP CONSTRAINT dispense_pkey, ADD PRIMARY KEY (dispense_id, version);

ALTER TABLE prescription_line ADD COLUMN receipt_id uuid;

-- A cancellation that came before its prescription; the prescription that comes later is born cancelled.
CREATE TABLE early_cancellation (
    organization_id  uuid NOT NULL REFERENCES organization,
    system           text COLLATE "C" NOT NULL,
    value            text COLLATE "C" NOT NULL,
    reason           text NOT NULL,
    role_id          uuid NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    cancelled_at     timestamptz NOT NULL,
    CONSTRAINT cancelled_early_once PRIMARY KEY (organization_id, system, value)
);

-- Ordered by one person of the authority, decided by another one; the outcome tells of each Task.
CREATE TABLE repair_order (
    repair_id   uuid PRIMARY KEY,
    step        text NOT NULL CHECK (step IN ('release', 'cancel', 'close')),
    task_ids    uuid[] NOT NULL,
    reason      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('ordered', 'done', 'declined')),
    ordered_by  uuid NOT NULL,
    ordered_at  timestamptz NOT NULL,
    decided_by  uuid,
    decided_at  timestamptz,
    outcome     jsonb,
    CONSTRAINT repaired_by_two_persons CHECK (state <> 'done' OR (decided_by <> ordered_by) IS TRUE),
    CONSTRAINT decided_when_over CHECK ((state = 'ordered') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL))
);
CREATE INDEX repair_order_by_time ON repair_order (ordered_at DESC);
