-- Why:    who may sign an agreement for a party, as the register or a power of attorney says.
-- When:   before the code that checks the entitlement of signers starts.
-- Locks:  none that anybody waits for: the table is new.
-- Undo:   DROP TABLE onboarding.signatory.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- By registration number, as the registers have it: a party may register itself here later. No person code stands
-- here, only its last digits and a hash that this installation alone can make.
CREATE TABLE onboarding.signatory (
    signatory_id         uuid PRIMARY KEY,
    registration_number  text COLLATE "C" NOT NULL,
    name                 text NOT NULL CHECK (name <> ''),
    code_hint            text COLLATE "C" NOT NULL CHECK (code_hint <> ''),
    code_hash            text COLLATE "C" NOT NULL CHECK (length(code_hash) = 64),
    role                 text NOT NULL CHECK (role IN ('head', 'board-member', 'proxy')),
    source               text NOT NULL,
    valid_from           date NOT NULL,
    valid_to             date,
    recorded_at          timestamptz NOT NULL,
    case_id              uuid REFERENCES onboarding.case_file,
    CONSTRAINT signatory_stands_once UNIQUE (registration_number, code_hash, role, valid_from),
    CONSTRAINT entitlement_ends_after_it_begins CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
COMMENT ON COLUMN onboarding.signatory.valid_to IS 'the last day; null: until further notice';
COMMENT ON COLUMN onboarding.signatory.case_id IS 'the case in which a power of attorney was handed in; null: from the register';
