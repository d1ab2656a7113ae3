-- Why:    the gate and `tilts why-not` say what a call would be told when a certificate closes by what is known of it, also as of a past moment, and that it lives on its grace time before that (ADR 0036).
-- When:   before the code that writes them starts.
-- Locks:  onboarding.certificate_standing for a moment, for a column without a default; the rest is new.
-- Undo:   DROP TABLE onboarding.certificate_closed; ALTER TABLE onboarding.certificate_standing DROP COLUMN stale_from.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE onboarding.certificate_standing ADD COLUMN stale_from timestamptz;
COMMENT ON COLUMN onboarding.certificate_standing.stale_from IS 'when the word that counts ends, or ended; from then on it lives on the grace time';

-- Spells that are over; the one that lasts stands in usable_until of the certificate.
CREATE TABLE onboarding.certificate_closed (
    fingerprint  bytea NOT NULL REFERENCES onboarding.client_certificate,
    closed_at    timestamptz NOT NULL,
    known_until  timestamptz NOT NULL,
    rule         text COLLATE "C" NOT NULL,
    PRIMARY KEY (fingerprint, known_until)
);
COMMENT ON COLUMN onboarding.certificate_closed.known_until IS 'when another look changed what is known: opened again, or closed by another rule';
