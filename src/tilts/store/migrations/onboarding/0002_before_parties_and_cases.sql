-- Why:    the path from the first agreement to real data: parties, registers, systems, cases with their steps.
-- When:   before the code that walks the path starts.
-- Locks:  onboarding.client for a moment, for new columns with constant defaults; everything else is new.
-- Undo:   DROP the tables made here; ALTER TABLE onboarding.client DROP COLUMN environment, party_id, version_id, functionalities, open_for, observed_run, registered_at; ALTER TABLE onboarding.client_certificate DROP COLUMN registered_at.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE onboarding.party (
    party_id             uuid PRIMARY KEY,
    kind                 text NOT NULL CHECK (kind IN ('vendor', 'practice', 'hospital', 'pharmacy', 'authority', 'portal')),
    name                 text NOT NULL,
    registration_number  text COLLATE "C" NOT NULL CONSTRAINT party_is_registered_once UNIQUE,
    registered_at        timestamptz NOT NULL
);

CREATE TABLE onboarding.site (
    site                 text COLLATE "C" PRIMARY KEY,
    kind                 text NOT NULL CHECK (kind IN ('practice', 'hospital', 'pharmacy')),
    name                 text NOT NULL,
    registration_number  text COLLATE "C" NOT NULL
);
COMMENT ON TABLE onboarding.site IS 'the registers of institutions and of pharmacies: an institution code or a licence number, and whose it is';
CREATE INDEX site_by_registration_number ON onboarding.site (registration_number, site);

CREATE TABLE onboarding.register_change (
    site          text COLLATE "C" NOT NULL REFERENCES onboarding.site,
    serial        integer NOT NULL CHECK (serial >= 1),
    state         text NOT NULL CHECK (state IN ('active', 'suspended', 'closed')),
    effective_at  timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    reason        text NOT NULL,
    PRIMARY KEY (site, serial)
);

CREATE TABLE onboarding.system (
    system_id  uuid PRIMARY KEY,
    party_id   uuid NOT NULL REFERENCES onboarding.party,
    name       text NOT NULL,
    CONSTRAINT system_is_named_once UNIQUE (party_id, name)
);

CREATE TABLE onboarding.system_version (
    version_id       uuid PRIMARY KEY,
    system_id        uuid NOT NULL REFERENCES onboarding.system,
    version          text NOT NULL,
    functionalities  text[] NOT NULL,
    registered_at    timestamptz NOT NULL,
    CONSTRAINT version_is_named_once UNIQUE (system_id, version)
);

ALTER TABLE onboarding.client
    ALTER COLUMN organization_id DROP NOT NULL,
    ADD COLUMN environment text NOT NULL DEFAULT 'test',
    ADD COLUMN party_id uuid REFERENCES onboarding.party,
    ADD COLUMN version_id uuid REFERENCES onboarding.system_version,
    ADD COLUMN functionalities text[] NOT NULL DEFAULT '{}',
    ADD COLUMN open_for text[] NOT NULL DEFAULT '{}',
    ADD COLUMN observed_run uuid,
    ADD COLUMN registered_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE onboarding.client_certificate ADD COLUMN registered_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN onboarding.client.organization_id IS 'no longer asked: the site says who it is in an environment';
COMMENT ON COLUMN onboarding.client.party_id IS 'who answers for it: the vendor in the test environment, the institution in production';
COMMENT ON COLUMN onboarding.client.open_for IS 'what the gate last said: functionalities that may be used now';
CREATE INDEX client_by_party ON onboarding.client (party_id);

-- Human numbers, without a gap that anybody would have to explain: TL-2026-00042.
CREATE TABLE onboarding.case_number (
    year  integer PRIMARY KEY,
    last  integer NOT NULL
);

CREATE TABLE onboarding.case_file (
    case_id    uuid PRIMARY KEY,
    number     text COLLATE "C" NOT NULL CONSTRAINT case_number_is_unique UNIQUE,
    kind       text COLLATE "C" NOT NULL,
    party_id   uuid REFERENCES onboarding.party,
    state      text NOT NULL,
    version    integer NOT NULL CHECK (version >= 1),
    facts      jsonb NOT NULL,
    pending    jsonb,
    opened_at  timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    due_at     timestamptz
);
COMMENT ON COLUMN onboarding.case_file.pending IS 'a step that one person asked for and a second one has to confirm';
CREATE INDEX case_file_by_party ON onboarding.case_file (party_id, kind);
CREATE INDEX case_file_by_due ON onboarding.case_file (due_at) WHERE due_at IS NOT NULL;

-- What happened, in order; the gate asks it what held at a past moment.
CREATE TABLE onboarding.case_step (
    case_id            uuid NOT NULL REFERENCES onboarding.case_file,
    serial             integer NOT NULL CHECK (serial >= 1),
    at                 timestamptz NOT NULL,
    action             text NOT NULL,
    from_state         text,
    to_state           text NOT NULL,
    account_id         uuid,
    second_account_id  uuid,
    side               text NOT NULL CHECK (side IN ('applicant', 'authority', 'exchange')),
    note               text NOT NULL,
    facts              jsonb NOT NULL,
    PRIMARY KEY (case_id, serial),
    CONSTRAINT two_persons_are_two CHECK (second_account_id IS NULL OR second_account_id <> account_id)
);

CREATE TABLE onboarding.document (
    document_id  uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES onboarding.case_file,
    kind         text NOT NULL,
    filename     text NOT NULL,
    media_type   text NOT NULL,
    sha256       bytea NOT NULL CHECK (length(sha256) = 32),
    size_bytes   integer NOT NULL,
    content      bytea NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('portal', 'e-mail', 'post', 'in-person', 'exchange')),
    received_at  timestamptz NOT NULL,
    account_id   uuid
);
CREATE INDEX document_by_case ON onboarding.document (case_id, received_at);
CREATE INDEX document_by_content ON onboarding.document (sha256);

-- What the authority found about a version and one functionality; the last row holds.
CREATE TABLE onboarding.approval (
    version_id     uuid NOT NULL REFERENCES onboarding.system_version,
    functionality  text NOT NULL,
    serial         integer NOT NULL CHECK (serial >= 1),
    verdict        text NOT NULL CHECK (verdict IN ('approved', 'reservation', 'rejected', 'withdrawn')),
    reservation    text NOT NULL,
    until          date,
    case_id        uuid NOT NULL REFERENCES onboarding.case_file,
    at             timestamptz NOT NULL,
    PRIMARY KEY (version_id, functionality, serial),
    CONSTRAINT reservation_has_a_date CHECK (verdict <> 'reservation' OR (until IS NOT NULL AND reservation <> ''))
);
