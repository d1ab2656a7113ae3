-- Why:    people sign in to the portal, each in a role for a party, with sessions that end.
-- When:   before the code of the portal with sign-in starts.
-- Locks:  none that matter; everything is new.
-- Undo:   DROP TABLE onboarding.session, onboarding.account_role, onboarding.account;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- Who signs in to the portal. No patient data: of a resident only the session knows whose record it is,
-- and only for as long as it lives.
CREATE TABLE onboarding.account (
    account_id    uuid PRIMARY KEY,
    issuer        text COLLATE "C" NOT NULL,
    subject       text COLLATE "C" NOT NULL,
    name          text NOT NULL,
    made_at       timestamptz NOT NULL,
    signed_in_at  timestamptz NOT NULL,
    active        boolean NOT NULL DEFAULT true,
    CONSTRAINT one_account_for_a_subject UNIQUE (issuer, subject)
);

CREATE TABLE onboarding.account_role (
    role_id       uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES onboarding.account,
    role          text NOT NULL CHECK (role IN ('vendor', 'institution', 'it', 'authority')),
    party_id      uuid NOT NULL REFERENCES onboarding.party,
    state         text NOT NULL CHECK (state IN ('asked', 'held', 'refused', 'ended')),
    asked_at      timestamptz NOT NULL,
    decided_at    timestamptz,
    decided_by    uuid REFERENCES onboarding.account,
    CONSTRAINT one_role_of_a_kind_at_a_party UNIQUE (account_id, party_id, role),
    CONSTRAINT decided_when_not_asked CHECK ((state = 'asked') = (decided_at IS NULL)),
    CONSTRAINT nobody_confirms_themselves CHECK (decided_by IS DISTINCT FROM account_id)
);
CREATE INDEX account_role_by_party ON onboarding.account_role (party_id);

-- A session is known by the hash of its token: who reads this table can sign in as nobody (ADR 0026).
CREATE TABLE onboarding.session (
    token_hash  bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id  uuid NOT NULL REFERENCES onboarding.account,
    role_id     uuid REFERENCES onboarding.account_role,
    patient_id  uuid,
    assurance   text NOT NULL,
    form_token  text COLLATE "C" NOT NULL,
    started_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL
);
CREATE INDEX session_by_end ON onboarding.session (ends_at);
CREATE INDEX session_by_account ON onboarding.session (account_id);
