-- Why:    analysis of test results: a comment on each step, a verdict overruled with its reason.
-- When:   before the code with the worksheet starts.
-- Locks:  none that anybody could wait for; everything is new.
-- Undo:   DROP TABLE onboarding.worksheet_entry.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- The last entry of a row holds; earlier ones stay to be seen.
CREATE TABLE onboarding.worksheet_entry (
    case_id     uuid NOT NULL REFERENCES onboarding.case_file,
    scenario    text COLLATE "C" NOT NULL,
    step        integer NOT NULL CHECK (step >= 0),
    serial      integer NOT NULL CHECK (serial >= 1),
    verdict     text CHECK (verdict IN ('passed', 'failed')),
    comment     text NOT NULL CHECK (comment <> ''),
    account_id  uuid NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (case_id, scenario, step, serial)
);
COMMENT ON COLUMN onboarding.worksheet_entry.step IS '0 is the scenario as a whole';
COMMENT ON COLUMN onboarding.worksheet_entry.verdict IS 'overrules what was judged by machine; null: a comment only';
