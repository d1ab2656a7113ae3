-- Why:    how a registered certificate stands is looked at apart from the calls: until when it may be used by what is known of its revocation, of its issuer and of the trust list, and what closes it then.
-- When:   before the code that reads usable_until starts.
-- Locks:  onboarding.client_certificate for a moment, for new columns without a default; the rest is new.
-- Undo:   DROP TABLE onboarding.certificate_warning, onboarding.revocation_source, onboarding.certificate_standing; ALTER TABLE onboarding.client_certificate DROP COLUMN certificate, DROP COLUMN usable_until, DROP COLUMN unusable_rule.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE onboarding.client_certificate
    ADD COLUMN certificate bytea,
    ADD COLUMN usable_until timestamptz,
    ADD COLUMN unusable_rule text COLLATE "C";
COMMENT ON COLUMN onboarding.client_certificate.certificate IS 'DER, public; NULL of those registered before it was kept';
COMMENT ON COLUMN onboarding.client_certificate.usable_until IS 'by what is known of revocation, issuer and trust list; NULL until first looked at';
COMMENT ON COLUMN onboarding.client_certificate.unusable_rule IS 'the rule that closes it from then on';

-- What is last known of each, and an operator's decision to let it go on.
CREATE TABLE onboarding.certificate_standing (
    fingerprint      bytea PRIMARY KEY REFERENCES onboarding.client_certificate,
    watched_since    timestamptz NOT NULL,
    status           text NOT NULL CHECK (status IN ('good', 'revoked', 'unknown')),
    source           text NOT NULL,
    fault            text NOT NULL,
    known_good_until timestamptz,
    looked_at        timestamptz NOT NULL,
    kept_open_until  timestamptz,
    kept_open_why    text,
    kept_open_by     text,
    CONSTRAINT an_override_says_why CHECK (
        (kept_open_until IS NULL) = (kept_open_why IS NULL) AND (kept_open_until IS NULL) = (kept_open_by IS NULL)
    )
);
COMMENT ON COLUMN onboarding.certificate_standing.known_good_until IS 'the latest nextUpdate of a list or answer that called it good';

-- What the egress worker is to ask, what it got last that could be believed, and how the last look went.
CREATE TABLE onboarding.revocation_source (
    place        text COLLATE "C" NOT NULL,
    fingerprint  bytea NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('crl', 'ocsp')),
    issuer       bytea NOT NULL,
    request      bytea,
    wanted_at    timestamptz NOT NULL,
    tried_at     timestamptz,
    good_at      timestamptz,
    next_update  timestamptz,
    fault        text NOT NULL DEFAULT '',
    content      bytea,
    PRIMARY KEY (place, fingerprint)
);
COMMENT ON COLUMN onboarding.revocation_source.place IS 'address; empty for an answer that its holder shipped';
COMMENT ON COLUMN onboarding.revocation_source.fingerprint IS 'of the certificate that an answer is about; empty for a list';
COMMENT ON COLUMN onboarding.revocation_source.issuer IS 'DER of the certificate whose signature it is believed under';

-- One letter for each threshold of each certificate.
CREATE TABLE onboarding.certificate_warning (
    fingerprint  bytea NOT NULL REFERENCES onboarding.client_certificate,
    days_left    integer NOT NULL CHECK (days_left > 0),
    written_at   timestamptz NOT NULL,
    PRIMARY KEY (fingerprint, days_left)
);
