-- Why:    a practitioner proves at an identity provider who they are: by which sign-in each is known, and which
--         client showed an ID token first.
-- When:   before code that exchanges ID tokens.
-- Locks:  none but of the new tables.
-- Undo:   DROP TABLE practitioner_identity, spent_proof;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE practitioner_identity (
    issuer           text COLLATE "C" NOT NULL,
    subject_hash     bytea NOT NULL CHECK (octet_length(subject_hash) = 32),
    practitioner_id  uuid NOT NULL,
    since            timestamptz NOT NULL,
    ended_at         timestamptz,
    CONSTRAINT one_practitioner_for_a_sign_in PRIMARY KEY (issuer, subject_hash)
);
COMMENT ON COLUMN practitioner_identity.subject_hash IS 'keyed: a provider''s subject may hold a person code';

CREATE TABLE spent_proof (
    token_hash  bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    client_id   text COLLATE "C" NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT proof_is_of_one_client PRIMARY KEY (token_hash)
);
COMMENT ON TABLE spent_proof IS 'ID tokens that were shown: each belongs to the first client that shows it';
