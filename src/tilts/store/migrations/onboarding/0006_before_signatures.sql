-- Why:    who signed which agreement, electronically or on paper, with what was found out about it.
-- When:   before the code that checks signed agreements starts.
-- Locks:  none that anybody waits for: the table is new.
-- Undo:   DROP TABLE onboarding.signature.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- One row for each side of a case that signed. The report holds no whole person code, only its last digits
-- and a keyed hash. A row that was withdrawn stays, and makes room for another.
CREATE TABLE onboarding.signature (
    signature_id   uuid PRIMARY KEY,
    case_id        uuid NOT NULL REFERENCES onboarding.case_file,
    party_id       uuid NOT NULL REFERENCES onboarding.party,
    document_id    uuid NOT NULL REFERENCES onboarding.document,
    side           text NOT NULL CHECK (side IN ('party', 'authority')),
    method         text NOT NULL CHECK (method IN ('electronic', 'paper')),
    channel        text NOT NULL CHECK (channel IN ('portal', 'e-mail', 'post', 'in-person', 'exchange')),
    letter_number  text COLLATE "C" NOT NULL,
    report         jsonb NOT NULL,
    signed_at      timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    entered_by     uuid,
    confirmed_by   uuid,
    confirmed_at   timestamptz,
    withdrawn_at   timestamptz,
    CONSTRAINT a_second_person_confirms CHECK (confirmed_by IS NULL OR confirmed_by <> entered_by),
    CONSTRAINT paper_has_a_letter_and_who_entered_it
        CHECK (method <> 'paper' OR (letter_number <> '' AND entered_by IS NOT NULL)),
    CONSTRAINT confirmation_is_whole CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
);
COMMENT ON COLUMN onboarding.signature.party_id IS 'whose case it is; letter numbers are the party''s own';
COMMENT ON COLUMN onboarding.signature.signed_at IS 'what a time stamp proves, else what was claimed; on paper the day it was received';
CREATE UNIQUE INDEX side_signs_a_case_once ON onboarding.signature (case_id, side) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX letter_is_entered_once ON onboarding.signature (party_id, letter_number)
    WHERE letter_number <> '' AND withdrawn_at IS NULL;
