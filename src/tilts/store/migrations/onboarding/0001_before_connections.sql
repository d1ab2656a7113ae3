-- Why:    who is connected, seen from every environment.
-- When:   before the first code starts.
-- Locks:  none that anybody could wait for; everything is new. A database from before the two ledgers has
--         these tables already, made by the environment's first migration.
-- Undo:   DROP SCHEMA onboarding.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- Who is connected. Seen from every environment; no patient data here (Design 6).
CREATE TABLE IF NOT EXISTS onboarding.client (
    client_id        text COLLATE "C" PRIMARY KEY,
    name             text NOT NULL,
    organization_id  uuid NOT NULL,
    site             text NOT NULL,
    active           boolean NOT NULL DEFAULT true
);

CREATE TABLE IF NOT EXISTS onboarding.client_certificate (
    fingerprint  bytea PRIMARY KEY CHECK (length(fingerprint) = 32),
    client_id    text COLLATE "C" NOT NULL REFERENCES onboarding.client,
    serial       text COLLATE "C" NOT NULL,
    not_before   timestamptz NOT NULL,
    not_after    timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE INDEX IF NOT EXISTS client_certificate_by_client ON onboarding.client_certificate (client_id);
CREATE INDEX IF NOT EXISTS client_certificate_by_serial ON onboarding.client_certificate (serial);

CREATE TABLE IF NOT EXISTS onboarding.client_key (
    kid        text COLLATE "C" PRIMARY KEY,
    client_id  text COLLATE "C" NOT NULL REFERENCES onboarding.client,
    algorithm  text NOT NULL CHECK (algorithm IN ('ES256', 'ES384', 'RS384', 'PS256')),
    jwk        jsonb NOT NULL CHECK (NOT jwk ? 'd')
);
CREATE INDEX IF NOT EXISTS client_key_by_client ON onboarding.client_key (client_id);
