-- Why:    certificates are accepted by a trust list, and told apart by issuer and serial number.
-- When:   before the code that checks certificates starts.
-- Locks:  onboarding.client_certificate for a moment, for new columns with constant defaults; the rest is new.
-- Undo:   DROP TABLE onboarding.trust_list, onboarding.trust_refresh, onboarding.party_key; ALTER TABLE onboarding.client_certificate DROP COLUMN issuer, DROP COLUMN public_key, DROP COLUMN case_id, DROP COLUMN ended_at.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- The lists that were good when they came, whole as they came; the last one is in use.
CREATE TABLE onboarding.trust_list (
    sha256       bytea PRIMARY KEY CHECK (length(sha256) = 32),
    sequence     bigint NOT NULL,
    issued_at    timestamptz NOT NULL,
    next_update  timestamptz NOT NULL,
    fetched_at   timestamptz NOT NULL,
    xml          bytea NOT NULL,
    state        text NOT NULL CHECK (state IN ('in-use', 'superseded'))
);
CREATE UNIQUE INDEX one_trust_list_in_use ON onboarding.trust_list (state) WHERE state = 'in-use';

-- One row: how the last look at the publisher's list went. Of a bad list nothing is kept but the reason.
CREATE TABLE onboarding.trust_refresh (
    source    text PRIMARY KEY,
    tried_at  timestamptz NOT NULL,
    good_at   timestamptz,
    rule      text COLLATE "C",
    facts     jsonb NOT NULL
);
COMMENT ON COLUMN onboarding.trust_refresh.rule IS 'why the last list was refused; NULL when it was good';

ALTER TABLE onboarding.client_certificate
    ADD COLUMN issuer text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN public_key bytea CHECK (length(public_key) = 32),
    ADD COLUMN case_id uuid,
    ADD COLUMN ended_at timestamptz;
COMMENT ON COLUMN onboarding.client_certificate.issuer IS 'RFC 4514; a serial number means something beside its issuer only';
COMMENT ON COLUMN onboarding.client_certificate.public_key IS 'SHA-256 of SubjectPublicKeyInfo';
COMMENT ON COLUMN onboarding.client_certificate.ended_at IS 'replaced by its holder; revoked is revoked_at';

-- Whose a key is; whoever comes second with it is refused (Source page B3).
CREATE TABLE onboarding.party_key (
    public_key     bytea PRIMARY KEY CHECK (length(public_key) = 32),
    party_id       uuid NOT NULL REFERENCES onboarding.party,
    registered_at  timestamptz NOT NULL
);
