-- Why:    who is concerned by a step of a prescription is told of it, at least once and in order; what the clock has
--         done is written into the rows, expiry too; worklists are read by Task; ADR 0048.
-- When:   before the code that tells and settles; the old code writes neither events nor 'expired'.
-- Locks:  prescription_line, for the length of a check of its rows and of five indexes.
-- Undo:   DROP TABLE event, event_reader, event_feed; 'expired' back to 'open'; the indexes as they were.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '300s';

CREATE TABLE event_feed (
    party_id  uuid NOT NULL,
    site      text COLLATE "C" NOT NULL,
    numbered  bigint NOT NULL,
    PRIMARY KEY (party_id, site)
);
COMMENT ON COLUMN event_feed.numbered IS 'the number of the last event that has one; its row is the lock of the feed';

CREATE TABLE event (
    party_id  uuid NOT NULL,
    site      text COLLATE "C" NOT NULL,
    event_id  bigint GENERATED ALWAYS AS IDENTITY,
    number    bigint,
    kind      text NOT NULL,
    task_id   uuid NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (party_id, site, event_id),
    CONSTRAINT event_has_its_own_number UNIQUE (party_id, site, number)
);
COMMENT ON COLUMN event.number IS 'given when the feed is first read, so that no row shows itself behind one that was read';
CREATE INDEX event_without_number ON event (party_id, site, event_id) WHERE number IS NULL;
CREATE INDEX event_by_age ON event (at);
CREATE INDEX event_of_lost_hold ON event (party_id, site, at) WHERE kind = 'lease-ended';

CREATE TABLE event_reader (
    party_id         uuid NOT NULL,
    site             text COLLATE "C" NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    acknowledged     bigint NOT NULL,
    acknowledged_at  timestamptz NOT NULL,
    PRIMARY KEY (party_id, site, client_id)
);

ALTER TABLE prescription_line
    DROP CONSTRAINT prescription_line_state_check,
    ADD CONSTRAINT prescription_line_state_check
        CHECK (state IN ('open', 'claimed', 'completed', 'cancelled', 'expired')),
    ADD CONSTRAINT expired_only_untouched CHECK (state <> 'expired' OR dispensed = 0);

-- What the clock will have done next.
CREATE INDEX prescription_line_by_lease ON prescription_line (lease_until) WHERE state = 'claimed';
CREATE INDEX prescription_line_by_end ON prescription_line (valid_to) WHERE state IN ('open', 'claimed');

-- Worklists are read newest Task first, a pharmacy's also by the end of the hold.
DROP INDEX prescription_line_by_patient, prescription_line_by_organization, prescription_line_by_holder;
CREATE INDEX prescription_line_by_patient ON prescription_line (patient_id, task_id);
CREATE INDEX prescription_line_by_organization ON prescription_line (organization_id, task_id);
CREATE INDEX prescription_line_by_holder ON prescription_line (holder_id, lease_until, task_id) WHERE holder_id IS NOT NULL;
