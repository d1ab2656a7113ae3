-- The whole schema as it is now, to be read; what is run are the migrations beside it.
--
-- tests/store/test_migrations.py builds one database from this file and one from the migrations and
-- compares their catalogs: columns, types, defaults, constraints, indexes and comments.
--
-- Two schemas: `onboarding`, seen from every environment, and one for each environment (test, production),
-- which is the search_path here. The ledger of migrations is made by store/migrate.py and is not shown.
-- Who may change what stands in store/provision.py.

-- Who takes part, by the registers; their systems.
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

-- Who is connected. Seen from every environment; no patient data here (Design 6).
CREATE TABLE onboarding.client (
    client_id        text COLLATE "C" PRIMARY KEY,
    name             text NOT NULL,
    organization_id  uuid,
    site             text NOT NULL,
    active           boolean NOT NULL DEFAULT true,
    environment      text NOT NULL DEFAULT 'test',
    party_id         uuid REFERENCES onboarding.party,
    version_id       uuid REFERENCES onboarding.system_version,
    functionalities  text[] NOT NULL DEFAULT '{}',
    open_for         text[] NOT NULL DEFAULT '{}',
    observed_run     uuid,
    registered_at    timestamptz NOT NULL DEFAULT now(),
    ended_at         timestamptz
);
COMMENT ON COLUMN onboarding.client.organization_id IS 'no longer asked: the site says who it is in an environment';
COMMENT ON COLUMN onboarding.client.party_id IS 'who answers for it: the vendor in the test environment, the institution in production';
COMMENT ON COLUMN onboarding.client.open_for IS 'what the gate last said: functionalities that may be used now';
COMMENT ON COLUMN onboarding.client.ended_at IS 'its holder or the authority ended it for good; until then the gate answers for it';
CREATE INDEX client_by_party ON onboarding.client (party_id);

CREATE TABLE onboarding.client_certificate (
    fingerprint  bytea PRIMARY KEY CHECK (length(fingerprint) = 32),
    client_id    text COLLATE "C" NOT NULL REFERENCES onboarding.client,
    serial       text COLLATE "C" NOT NULL,
    not_before   timestamptz NOT NULL,
    not_after    timestamptz NOT NULL,
    revoked_at   timestamptz,
    registered_at timestamptz NOT NULL DEFAULT now(),
    issuer       text COLLATE "C" NOT NULL DEFAULT '',
    public_key   bytea CHECK (length(public_key) = 32),
    case_id      uuid,
    ended_at     timestamptz,
    revocation_known_at timestamptz,
    certificate bytea,
    usable_until timestamptz,
    unusable_rule text COLLATE "C"
);
COMMENT ON COLUMN onboarding.client_certificate.issuer IS 'RFC 4514; a serial number means something beside its issuer only';
COMMENT ON COLUMN onboarding.client_certificate.public_key IS 'SHA-256 of SubjectPublicKeyInfo';
COMMENT ON COLUMN onboarding.client_certificate.ended_at IS 'replaced by its holder; revoked is revoked_at';
COMMENT ON COLUMN onboarding.client_certificate.revocation_known_at IS 'when we learned of it; a list may name an earlier day in revoked_at';
CREATE INDEX client_certificate_by_client ON onboarding.client_certificate (client_id);
CREATE INDEX client_certificate_by_serial ON onboarding.client_certificate (serial);

CREATE TABLE onboarding.client_key (
    kid        text COLLATE "C" PRIMARY KEY,
    client_id  text COLLATE "C" NOT NULL REFERENCES onboarding.client,
    algorithm  text NOT NULL CHECK (algorithm IN ('ES256', 'ES384', 'RS384', 'PS256')),
    jwk        jsonb NOT NULL CHECK (NOT jwk ? 'd')
);
CREATE INDEX client_key_by_client ON onboarding.client_key (client_id);

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

-- Whose a key is; whoever comes second with it is refused (Source page B3).
CREATE TABLE onboarding.party_key (
    public_key     bytea PRIMARY KEY CHECK (length(public_key) = 32),
    party_id       uuid NOT NULL REFERENCES onboarding.party,
    registered_at  timestamptz NOT NULL
);

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

-- The outbox: written with its cause, sent after the commit by whoever holds the row.
CREATE TABLE onboarding.letter (
    letter_id    uuid PRIMARY KEY,
    case_id      uuid REFERENCES onboarding.case_file,
    desk         text NOT NULL CHECK (desk IN ('contract', 'test')),
    message_id   text COLLATE "C" NOT NULL CONSTRAINT letter_has_its_own_message_id UNIQUE,
    sender       text NOT NULL,
    sender_name  text NOT NULL,
    recipient    text COLLATE "C" NOT NULL,
    subject      text NOT NULL,
    text         text NOT NULL,
    in_reply_to  text[] NOT NULL,
    automatic    boolean NOT NULL,
    queued_at    timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given-up')),
    attempts     integer NOT NULL DEFAULT 0,
    next_at      timestamptz,
    last_fault   text NOT NULL DEFAULT '',
    sent_at      timestamptz,
    CONSTRAINT sent_letter_has_a_moment CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
COMMENT ON COLUMN onboarding.letter.next_at IS 'wall time of the next attempt; empty: at once';
CREATE INDEX letter_by_wait ON onboarding.letter (next_at NULLS FIRST, letter_id) WHERE state = 'waiting';
CREATE INDEX letter_by_recipient ON onboarding.letter (recipient, queued_at);
CREATE INDEX letter_by_case ON onboarding.letter (case_id);

CREATE TABLE onboarding.letter_attachment (
    letter_id   uuid NOT NULL REFERENCES onboarding.letter,
    place       integer NOT NULL CHECK (place >= 1),
    filename    text NOT NULL,
    media_type  text NOT NULL,
    content     bytea NOT NULL,
    PRIMARY KEY (letter_id, place)
);

-- One row for each case with mail: its queue, and whether it waits for an answer.
CREATE TABLE onboarding.mail_thread (
    case_id          uuid PRIMARY KEY REFERENCES onboarding.case_file,
    desk             text NOT NULL CHECK (desk IN ('contract', 'test')),
    acknowledged_at  timestamptz,
    waiting_since    timestamptz,
    sorted_into      uuid REFERENCES onboarding.case_file
);
COMMENT ON COLUMN onboarding.mail_thread.waiting_since IS 'the oldest message that nobody has answered yet';
COMMENT ON COLUMN onboarding.mail_thread.sorted_into IS 'the case to which a clerk attached mail that had found none';
CREATE INDEX mail_thread_by_wait ON onboarding.mail_thread (desk, waiting_since) WHERE waiting_since IS NOT NULL;

CREATE TABLE onboarding.message (
    row_id       uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES onboarding.case_file,
    direction    text NOT NULL CHECK (direction IN ('in', 'out')),
    sender       text COLLATE "C" NOT NULL,
    recipient    text COLLATE "C" NOT NULL,
    subject      text NOT NULL,
    text         text NOT NULL,
    at           timestamptz NOT NULL,
    message_id   text COLLATE "C" NOT NULL,
    in_reply_to  text[] NOT NULL,
    automatic    boolean NOT NULL,
    letter_id    uuid REFERENCES onboarding.letter,
    account_id   uuid,
    documents    uuid[] NOT NULL,
    refused      jsonb NOT NULL
);
COMMENT ON COLUMN onboarding.message.account_id IS 'who wrote it in the portal; empty for what came by e-mail and for automatic letters';
COMMENT ON COLUMN onboarding.message.refused IS 'attachments that were not taken: rule and told facts';
CREATE INDEX message_by_case ON onboarding.message (case_id, at);
CREATE INDEX message_by_sender ON onboarding.message (sender, at);

-- Each message that came, once, whatever the folder or a killed worker brings again.
CREATE TABLE onboarding.mail_received (
    message_id      text COLLATE "C" NOT NULL,
    content_sha256  bytea NOT NULL CHECK (length(content_sha256) = 32),
    at              timestamptz NOT NULL,
    sender          text COLLATE "C" NOT NULL,
    subject         text NOT NULL,
    outcome         text NOT NULL CHECK (outcome IN ('case', 'robot', 'set-aside')),
    rule_id         text,
    case_id         uuid REFERENCES onboarding.case_file,
    CONSTRAINT message_is_received_once PRIMARY KEY (message_id, content_sha256)
);
CREATE INDEX mail_received_by_sender ON onboarding.mail_received (sender, at);
CREATE INDEX mail_received_by_time ON onboarding.mail_received (at);

-- Each load that was published: what was read, what of it was dropped, and from which day on it holds.
CREATE TABLE onboarding.medicine_version (
    valid_from    date CONSTRAINT one_medicine_version_a_day PRIMARY KEY,
    published_at  timestamptz NOT NULL,
    source        text NOT NULL,
    content_hash  bytea NOT NULL CHECK (length(content_hash) = 32),
    synthetic     boolean NOT NULL,
    report        jsonb NOT NULL
);
COMMENT ON COLUMN onboarding.medicine_version.valid_from IS 'civil day in Riga';
COMMENT ON COLUMN onboarding.medicine_version.content_hash IS 'SHA-256 of the files as they were read';

-- A product (one package size) as it was from one version to another; a change ends the row and adds one.
CREATE TABLE onboarding.medicine (
    product_id        text COLLATE "C" NOT NULL CHECK (product_id <> ''),
    valid_from        date NOT NULL REFERENCES onboarding.medicine_version,
    valid_to          date,
    name              text NOT NULL CHECK (name <> ''),
    substance         text NOT NULL,
    strength          text NOT NULL,
    form_lv           text NOT NULL,
    form_en           text NOT NULL,
    atc               text COLLATE "C" NOT NULL,
    authorisation_no  text COLLATE "C" NOT NULL,
    holder            text NOT NULL,
    package           text NOT NULL,
    units             numeric CHECK (units > 0),
    unit              text COLLATE "C" NOT NULL,
    may_open          boolean NOT NULL,
    sold_until        date,
    substitutes       text COLLATE "C" NOT NULL,
    price             numeric CHECK (price >= 0),
    reimbursed        jsonb NOT NULL,
    CONSTRAINT medicine_stands_once_a_day PRIMARY KEY (product_id, valid_from),
    CONSTRAINT medicine_validity_runs_forward CHECK (valid_to >= valid_from)
);
COMMENT ON COLUMN onboarding.medicine.valid_to IS 'the last day; null: until further notice';
COMMENT ON COLUMN onboarding.medicine.units IS 'of a whole package; null: not understood, nothing is counted with it';
COMMENT ON COLUMN onboarding.medicine.substitutes IS 'the group of which one may be given for another; empty: none';
COMMENT ON COLUMN onboarding.medicine.price IS 'EUR for a package';
CREATE UNIQUE INDEX medicine_open_row ON onboarding.medicine (product_id) WHERE valid_to IS NULL;
CREATE INDEX medicine_by_group ON onboarding.medicine (substitutes, valid_from) WHERE substitutes <> '';

-- What a load has read so far; emptied when it is published. A load that was killed goes on here.
CREATE TABLE onboarding.medicine_staged (
    content_hash  bytea NOT NULL,
    place         integer NOT NULL CHECK (place >= 1),
    staged_at     timestamptz NOT NULL,
    product       jsonb NOT NULL,
    PRIMARY KEY (content_hash, place)
);
COMMENT ON COLUMN onboarding.medicine_staged.place IS 'of the record in the file';

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
    ends_at     timestamptz NOT NULL,
    for_patient_id uuid,
    proven_at   timestamptz,
    network     text COLLATE "C",
    workplace_role_id uuid
);
CREATE INDEX session_by_end ON onboarding.session (ends_at);
CREATE INDEX session_by_account ON onboarding.session (account_id);

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
    stale_from       timestamptz,
    CONSTRAINT an_override_says_why CHECK (
        (kept_open_until IS NULL) = (kept_open_why IS NULL) AND (kept_open_until IS NULL) = (kept_open_by IS NULL)
    )
);
COMMENT ON COLUMN onboarding.certificate_standing.known_good_until IS 'the latest nextUpdate of a list or answer that called it good';
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
COMMENT ON COLUMN onboarding.session.for_patient_id IS 'for whom the resident acts; null: for themselves. Asked anew at every page';
COMMENT ON COLUMN onboarding.session.proven_at IS 'when the provider last asked the person who they are; null: when the session was opened';
COMMENT ON COLUMN onboarding.session.workplace_role_id IS 'the PractitionerRole somebody works in; whether it still stands is asked at every page';
COMMENT ON COLUMN onboarding.session.network IS 'from where it was opened: a /24 or /48, never one address';

-- An assertion is spent once, whichever worker sees it and whatever restarts (Security 1.2).
CREATE TABLE spent_assertion (
    client_id   text COLLATE "C" NOT NULL,
    jti         text COLLATE "C" NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT assertion_is_spent_once PRIMARY KEY (client_id, jti)
);
CREATE INDEX spent_assertion_by_expiry ON spent_assertion (expires_at);

-- The registers, as far as rules need them in columns; the whole resource stands in `resource`.
CREATE TABLE organization (
    organization_id      uuid PRIMARY KEY,
    kind                 text NOT NULL CHECK (kind IN ('practice', 'pharmacy', 'hospital', 'authority', 'vendor', 'portal')),
    name                 text NOT NULL,
    site                 text COLLATE "C" NOT NULL CONSTRAINT site_is_unique UNIQUE,
    registration_number  text COLLATE "C" NOT NULL,
    active               boolean NOT NULL
);

CREATE TABLE practitioner_role (
    role_id          uuid PRIMARY KEY,
    practitioner_id  uuid NOT NULL,
    organization_id  uuid NOT NULL REFERENCES organization,
    code             text NOT NULL,
    display          text NOT NULL,
    active           boolean NOT NULL
);

CREATE TABLE patient (
    patient_id     uuid PRIMARY KEY,
    family_folded  text COLLATE "C" NOT NULL,
    given_folded   text COLLATE "C" NOT NULL
);

-- Current resources: the body is the bytes that are sent back (Design 6, Storage 6).
CREATE TABLE resource (
    resource_type    text COLLATE "C" NOT NULL,
    resource_id      uuid NOT NULL,
    version          integer NOT NULL CHECK (version >= 1),
    last_updated_at  timestamptz NOT NULL,
    patient_id       uuid,
    organization_id  uuid,
    thread_id        uuid,
    tokens           bigint[] NOT NULL,
    body             bytea NOT NULL,
    PRIMARY KEY (resource_type, resource_id)
);
COMMENT ON COLUMN resource.organization_id IS 'who wrote it; null in the registers';
COMMENT ON COLUMN resource.thread_id IS 'the prescription it belongs to: who may see that, may see this';
CREATE INDEX resource_by_patient ON resource (patient_id, resource_type, resource_id) WHERE patient_id IS NOT NULL;
CREATE INDEX resource_by_organization ON resource (organization_id, resource_type, resource_id) WHERE organization_id IS NOT NULL;
-- fastupdate=on makes a find nine times dearer right after writes (Storage 6).
CREATE INDEX resource_by_token ON resource USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE resource_history (
    resource_type    text COLLATE "C" NOT NULL,
    resource_id      uuid NOT NULL,
    version          integer NOT NULL,
    last_updated_at  timestamptz NOT NULL,
    body             bytea NOT NULL,
    PRIMARY KEY (resource_type, resource_id, version)
);

CREATE TABLE resource_identifier (
    resource_type  text COLLATE "C" NOT NULL,
    value          text COLLATE "C" NOT NULL,
    system         text COLLATE "C" NOT NULL,
    resource_id    uuid NOT NULL,
    PRIMARY KEY (resource_type, value, system, resource_id)
);

CREATE TABLE resource_text (
    resource_type  text COLLATE "C" NOT NULL,
    parameter      text COLLATE "C" NOT NULL,
    folded         text COLLATE "C" NOT NULL,
    resource_id    uuid NOT NULL,
    PRIMARY KEY (resource_type, parameter, folded, resource_id)
);

CREATE TABLE prescription (
    prescription_id  uuid PRIMARY KEY,
    number           text COLLATE "C" NOT NULL CONSTRAINT prescription_number_is_unique UNIQUE,
    patient_id       uuid NOT NULL REFERENCES patient,
    organization_id  uuid NOT NULL REFERENCES organization,
    role_id          uuid NOT NULL,
    written_at       timestamptz NOT NULL,
    paper            text COLLATE "C",
    CONSTRAINT paper_form_is_entered_once UNIQUE (organization_id, paper)
);
COMMENT ON COLUMN prescription.paper IS 'series and number of the paper form it was written on, as one word';

-- One row for each time a MedicationRequest may be handed out; its Task is drawn from this row and stands nowhere else.
CREATE TABLE prescription_line (
    line_id               uuid NOT NULL,
    task_id               uuid PRIMARY KEY,
    prescription_id       uuid NOT NULL REFERENCES prescription,
    patient_id            uuid NOT NULL REFERENCES patient,
    organization_id       uuid NOT NULL REFERENCES organization,
    state                 text NOT NULL CHECK (state IN ('open', 'claimed', 'completed', 'cancelled', 'expired')),
    valid_from            date NOT NULL,
    valid_to              date NOT NULL,
    allowed               numeric NOT NULL CHECK (allowed > 0),
    dispensed             numeric NOT NULL DEFAULT 0,
    unit                  text NOT NULL,
    unit_system           text NOT NULL,
    unit_code             text NOT NULL,
    holder_id             uuid REFERENCES organization,
    holder_site           text,
    holder_client_id      text COLLATE "C",
    claimed_at            timestamptz,
    lease_until           timestamptz,
    first_dispensed_at    timestamptz,
    reason                text,
    version               integer NOT NULL DEFAULT 1,
    changed_at            timestamptz NOT NULL,
    kind                  text NOT NULL DEFAULT 'ordinary' CHECK (kind IN ('ordinary', 'special')),
    issue                 integer NOT NULL DEFAULT 1,
    issues                integer NOT NULL DEFAULT 1,
    cancelling            text,
    transfer_wanted_at    timestamptz,
    receipt_id            uuid,
    pack_units            numeric CHECK (pack_units > 0),
    units_out             numeric NOT NULL DEFAULT 0,
    CONSTRAINT issue_stands_once UNIQUE (line_id, issue),
    CONSTRAINT issue_is_one_of_its_issues CHECK (issue BETWEEN 1 AND issues),
    CONSTRAINT cancelling_while_held_and_untouched CHECK (cancelling IS NULL OR (state = 'claimed' AND dispensed = 0)),
    CONSTRAINT dispensed_within_allowed CHECK (dispensed >= 0 AND dispensed <= allowed),
    CONSTRAINT units_within_allowed CHECK (units_out >= 0 AND units_out <= coalesce(allowed * pack_units, 0)),
    CONSTRAINT units_are_told_in_packages CHECK (
        pack_units IS NULL OR (dispensed * pack_units <= units_out AND units_out < (dispensed + 0.000000001) * pack_units)),
    CONSTRAINT valid_period_runs_forward CHECK (valid_from <= valid_to),
    CONSTRAINT held_when_claimed CHECK (
        (state = 'claimed') = (holder_id IS NOT NULL)
        AND (holder_id IS NULL) = (holder_site IS NULL)
        AND (holder_id IS NULL) = (holder_client_id IS NULL)
        AND (holder_id IS NULL) = (claimed_at IS NULL)
        AND (holder_id IS NULL) = (lease_until IS NULL)
        AND (holder_id IS NOT NULL OR first_dispensed_at IS NULL)),
    CONSTRAINT cancelled_only_untouched CHECK (state <> 'cancelled' OR dispensed = 0),
    CONSTRAINT expired_only_untouched CHECK (state <> 'expired' OR dispensed = 0)
);
COMMENT ON COLUMN prescription_line.pack_units IS 'in a package of what was prescribed; null: the line is not counted in units';
COMMENT ON COLUMN prescription_line.units_out IS 'handed out, exactly; dispensed tells it in packages, rounded down';
CREATE INDEX prescription_line_by_prescription ON prescription_line (prescription_id);
-- What the clock will have done next.
CREATE INDEX prescription_line_by_lease ON prescription_line (lease_until) WHERE state = 'claimed';
CREATE INDEX prescription_line_by_end ON prescription_line (valid_to) WHERE state IN ('open', 'claimed');

-- Worklists are read newest Task first, a pharmacy's also by the end of the hold.
CREATE INDEX prescription_line_by_patient ON prescription_line (patient_id, task_id);
CREATE INDEX prescription_line_by_organization ON prescription_line (organization_id, task_id);
CREATE INDEX prescription_line_by_holder ON prescription_line (holder_id, lease_until, task_id) WHERE holder_id IS NOT NULL;

-- Who is told of what; ADR 0048.
CREATE TABLE event_feed (
    party_id  uuid NOT NULL,
    site      text COLLATE "C" NOT NULL,
    numbered  bigint NOT NULL,
    PRIMARY KEY (party_id, site)
);
COMMENT ON COLUMN event_feed.numbered IS 'the number of the last event that has one; its row is the lock of the feed';

CREATE TABLE event (
    party_id  uuid NOT NULL,
    site      text COLLATE "C" NOT NULL,
    event_id  bigint GENERATED ALWAYS AS IDENTITY,
    number    bigint,
    kind      text NOT NULL,
    task_id   uuid NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (party_id, site, event_id),
    CONSTRAINT event_has_its_own_number UNIQUE (party_id, site, number)
);
COMMENT ON COLUMN event.number IS 'given when the feed is first read, so that no row shows itself behind one that was read';
CREATE INDEX event_without_number ON event (party_id, site, event_id) WHERE number IS NULL;
CREATE INDEX event_by_age ON event (at);
CREATE INDEX event_of_lost_hold ON event (party_id, site, at) WHERE kind = 'lease-ended';

CREATE TABLE event_reader (
    party_id         uuid NOT NULL,
    site             text COLLATE "C" NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    acknowledged     bigint NOT NULL,
    acknowledged_at  timestamptz NOT NULL,
    PRIMARY KEY (party_id, site, client_id)
);

-- Only ever added to: a correction is a version of its own.
CREATE TABLE dispense (
    dispense_id      uuid NOT NULL,
    line_id          uuid NOT NULL,
    patient_id       uuid NOT NULL REFERENCES patient,
    organization_id  uuid NOT NULL REFERENCES organization,
    site             text NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    role_id          uuid NOT NULL,
    quantity         numeric NOT NULL CHECK (quantity > 0),
    recorded_at      timestamptz NOT NULL,
    task_id          uuid NOT NULL REFERENCES prescription_line,
    version          integer NOT NULL DEFAULT 1,
    state            text NOT NULL DEFAULT 'recorded' CHECK (state IN ('recorded', 'amended', 'withdrawn')),
    reason           text,
    units            numeric CHECK (units > 0),
    CONSTRAINT first_version_is_the_record CHECK ((version = 1) = (state = 'recorded')),
    CONSTRAINT corrected_with_a_reason CHECK ((state = 'recorded') = (reason IS NULL)),
    PRIMARY KEY (dispense_id, version)
);
CREATE INDEX dispense_by_line ON dispense (line_id, dispense_id);

-- A cancellation that came before its prescription; the prescription that comes later is born cancelled.
CREATE TABLE early_cancellation (
    organization_id  uuid NOT NULL REFERENCES organization,
    system           text COLLATE "C" NOT NULL,
    value            text COLLATE "C" NOT NULL,
    reason           text NOT NULL,
    role_id          uuid NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    cancelled_at     timestamptz NOT NULL,
    CONSTRAINT cancelled_early_once PRIMARY KEY (organization_id, system, value)
);

-- Ordered by one person of the authority, decided by another one; the outcome tells of each Task.
CREATE TABLE repair_order (
    repair_id   uuid PRIMARY KEY,
    step        text NOT NULL CHECK (step IN ('release', 'cancel', 'close')),
    task_ids    uuid[] NOT NULL,
    reason      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('ordered', 'done', 'declined')),
    ordered_by  uuid NOT NULL,
    ordered_at  timestamptz NOT NULL,
    decided_by  uuid,
    decided_at  timestamptz,
    outcome     jsonb,
    CONSTRAINT repaired_by_two_persons CHECK (state <> 'done' OR (decided_by <> ordered_by) IS TRUE),
    CONSTRAINT decided_when_over CHECK ((state = 'ordered') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL))
);
CREATE INDEX repair_order_by_time ON repair_order (ordered_at DESC);

-- Only ever added to. Either it became a dispense, or the rule says why it could not.
CREATE TABLE outage_dispense (
    outage_id        uuid PRIMARY KEY,
    number           bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    code_hash        bytea NOT NULL,
    told_hash        bytea NOT NULL,
    task_id          uuid NOT NULL REFERENCES prescription_line,
    patient_id       uuid NOT NULL,
    organization_id  uuid NOT NULL REFERENCES organization,
    site             text COLLATE "C" NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    role_id          uuid NOT NULL,
    quantity         numeric NOT NULL CHECK (quantity > 0),
    unit             text NOT NULL,
    handed_over_at   timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL,
    dispense_id      uuid,
    rule_id          text COLLATE "C",
    facts            jsonb,
    others           uuid[] NOT NULL DEFAULT '{}',
    content          bytea NOT NULL,
    jws              text,
    CONSTRAINT recorded_or_a_conflict CHECK ((dispense_id IS NULL) <> (rule_id IS NULL)),
    CONSTRAINT conflict_has_its_facts CHECK ((rule_id IS NULL) = (facts IS NULL)),
    CONSTRAINT code_is_reconciled_once_by_a_pharmacy UNIQUE (code_hash, organization_id, site)
);
CREATE INDEX outage_dispense_conflicts ON outage_dispense (number DESC) WHERE rule_id IS NOT NULL;

-- A prescription shown at the counter opens it to that pharmacy for a while (Security 3.2).
CREATE TABLE presentation (
    prescription_id  uuid NOT NULL REFERENCES prescription,
    organization_id  uuid NOT NULL REFERENCES organization,
    ends_at          timestamptz NOT NULL,
    PRIMARY KEY (prescription_id, organization_id)
);

CREATE TABLE find_miss (
    client_id  text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL,
    counted text NOT NULL DEFAULT 'misses' CHECK (counted IN ('misses', 'denied')),
    patient_id uuid
);
CREATE INDEX find_miss_by_client ON find_miss (client_id, at);

-- A repeated key answers as the first time; the row is written before the work, in its transaction.
CREATE TABLE request_key (
    organization_id  uuid NOT NULL,
    key              text COLLATE "C" NOT NULL,
    request_hash     bytea NOT NULL,
    created_at       timestamptz NOT NULL,
    status           integer,
    headers          jsonb,
    answer           bytea,
    patient_ids      uuid[],
    CONSTRAINT one_request_for_a_key PRIMARY KEY (organization_id, key)
);

CREATE TABLE signed_content (
    provenance_id  uuid PRIMARY KEY,
    client_id      text COLLATE "C" NOT NULL,
    content        bytea NOT NULL,
    signature      text NOT NULL
);

-- One row for each call, written before the work in the same transaction; one more for each patient
-- concerned. Only ever added to: the serving role may not change or delete (Security 2).
CREATE TABLE audit_entry (
    audit_id           uuid PRIMARY KEY,
    at                 timestamptz NOT NULL,
    event              text NOT NULL,
    outcome            text NOT NULL CHECK (outcome IN ('success', 'refused', 'fault')),
    rule_id            text,
    client_id          text,
    organization_id    uuid,
    organization_name  text,
    role_id            uuid,
    role_code          text,
    acting_patient_id  uuid,
    purpose            text,
    token_id           text,
    request_id         text NOT NULL,
    method             text NOT NULL,
    address            text NOT NULL,
    detail             jsonb NOT NULL DEFAULT '{}',
    practitioner_id uuid,
    salt bytea CONSTRAINT salt_is_16_bytes CHECK (octet_length(salt) = 16),
    leaf bytea CONSTRAINT leaf_is_a_sha256 CHECK (octet_length(leaf) = 32),
    xid xid8 DEFAULT pg_current_xact_id()
);
CREATE INDEX audit_entry_by_time ON audit_entry (at);
-- Which calls the audit trail knows of a run: each must have been seen.
CREATE INDEX audit_entry_by_run ON audit_entry ((detail ->> 'run')) WHERE detail ? 'run';

CREATE TABLE audit_subject (
    patient_id     uuid NOT NULL,
    audit_id       uuid NOT NULL REFERENCES audit_entry,
    resource_type  text COLLATE "C" NOT NULL,
    resource_id    uuid,
    repeated       boolean NOT NULL DEFAULT false,
    basis text COLLATE "C" NOT NULL DEFAULT '',
    salt bytea CONSTRAINT salt_is_16_bytes CHECK (octet_length(salt) = 16),
    leaf bytea CONSTRAINT leaf_is_a_sha256 CHECK (octet_length(leaf) = 32),
    xid xid8 DEFAULT pg_current_xact_id(),
    PRIMARY KEY (patient_id, audit_id)
);

-- What may be given out, whose it is and under which condition (Source page C).
CREATE TABLE classifier (
    name            text COLLATE "C" PRIMARY KEY CONSTRAINT classifier_name_is_plain CHECK (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    url             text COLLATE "C" NOT NULL CONSTRAINT classifier_url_is_unique UNIQUE,
    value_set       text COLLATE "C" NOT NULL CONSTRAINT classifier_value_set_is_unique UNIQUE,
    title_lv        text NOT NULL,
    title_en        text NOT NULL,
    owner           text NOT NULL,
    licence         text NOT NULL,
    source          text NOT NULL,
    clause          text COLLATE "C",
    synthetic       boolean NOT NULL,
    fragment        boolean NOT NULL
);
COMMENT ON COLUMN classifier.clause IS 'of the operator agreement that opens it; null: public';

-- The codes of a version, canonical NDJSON, compressed; the hash is of what is compressed.
CREATE TABLE classifier_content (
    content_hash  bytea PRIMARY KEY CHECK (length(content_hash) = 32),
    size_bytes    integer NOT NULL CHECK (size_bytes >= 0),
    packed        bytea NOT NULL
);

-- Business validity is by civil days in Riga; null is no known beginning or end.
CREATE TABLE classifier_version (
    name           text COLLATE "C" NOT NULL REFERENCES classifier,
    version        text COLLATE "C" NOT NULL CONSTRAINT classifier_version_is_plain CHECK (version ~ '^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$'),
    valid_from     date,
    valid_to       date,
    published_on   date NOT NULL,
    content_hash   bytea NOT NULL REFERENCES classifier_content,
    concept_count  integer NOT NULL CHECK (concept_count >= 0),
    CONSTRAINT classifier_version_is_published_once PRIMARY KEY (name, version),
    CONSTRAINT classifier_validity_runs_forward CHECK (valid_from <= valid_to)
);

-- The conformance lab: scenarios as they were when a run began, runs, their situations, what was seen on
-- the wire, and which vendor was given which test persons and organisations.
CREATE TABLE lab_scenario (
    sha256       text COLLATE "C" PRIMARY KEY,
    scenario_id  text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    content      text NOT NULL
);

CREATE TABLE lab_run (
    run_id        uuid PRIMARY KEY,
    client_id     text COLLATE "C" NOT NULL,
    vendor_id     uuid NOT NULL,
    version_id    uuid,
    role          text NOT NULL CHECK (role IN ('practice', 'pharmacy')),
    plan          text NOT NULL,
    scenarios     text[] COLLATE "C" NOT NULL,
    state         text NOT NULL CHECK (state IN ('active', 'finished')),
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    situation_id  uuid,
    gap           boolean NOT NULL DEFAULT false,
    CONSTRAINT finished_when_over CHECK ((state = 'finished') = (finished_at IS NOT NULL))
);
COMMENT ON COLUMN lab_run.scenarios IS 'sha256 of each, in order: frozen when the run began';
COMMENT ON COLUMN lab_run.situation_id IS 'the scenario that is being played now: what is seen belongs to it';
COMMENT ON COLUMN lab_run.gap IS 'a call could not be written down: the evidence is incomplete';
CREATE UNIQUE INDEX one_active_run_for_a_client ON lab_run (client_id) WHERE state = 'active';
CREATE INDEX lab_run_by_vendor ON lab_run (vendor_id, started_at);

CREATE TABLE lab_situation (
    situation_id  uuid PRIMARY KEY,
    run_id        uuid NOT NULL REFERENCES lab_run,
    sha256        text COLLATE "C" NOT NULL REFERENCES lab_scenario,
    attempt       integer NOT NULL CHECK (attempt >= 1),
    state         text NOT NULL CHECK (state IN ('preparing', 'open', 'gone-on', 'closed')),
    facts         jsonb NOT NULL,
    loss          text,
    prepared_at   timestamptz NOT NULL,
    closed_at     timestamptz,
    CONSTRAINT one_situation_for_an_attempt UNIQUE (run_id, sha256, attempt)
);
COMMENT ON COLUMN lab_situation.loss IS 'the call (POST /MedicationDispense) of which the next answer is not sent';

-- Only ever added to.
CREATE TABLE lab_observation (
    sequence        bigint GENERATED BY DEFAULT AS IDENTITY,
    run_id          uuid NOT NULL REFERENCES lab_run,
    situation_id    uuid REFERENCES lab_situation,
    at              timestamptz NOT NULL,
    request_id      text NOT NULL,
    method          text NOT NULL,
    route           text NOT NULL,
    status          integer NOT NULL,
    rule_id         text,
    proven          boolean NOT NULL,
    whole           boolean NOT NULL,
    reply_lost      boolean NOT NULL,
    request         jsonb NOT NULL,
    answer          jsonb NOT NULL,
    request_body    bytea NOT NULL,
    answer_body     bytea NOT NULL,
    PRIMARY KEY (run_id, sequence)
);
COMMENT ON COLUMN lab_observation.proven IS 'by certificate, token or signed assertion; else only claimed';

CREATE TABLE test_allotment (
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('person', 'practice', 'pharmacy', 'practice-site', 'pharmacy-site')),
    subject    text COLLATE "C" NOT NULL,
    vendor_id  uuid NOT NULL,
    since      timestamptz NOT NULL,
    CONSTRAINT handed_out_to_one_vendor PRIMARY KEY (kind, subject)
);
CREATE INDEX test_allotment_by_vendor ON test_allotment (vendor_id);

-- From the registers and from documents that the exchange does not keep yet (Security 3.2).
CREATE TABLE relationship (
    relationship_id  uuid PRIMARY KEY,
    patient_id       uuid NOT NULL REFERENCES patient,
    organization_id  uuid NOT NULL REFERENCES organization,
    practitioner_id  uuid,
    kind             text COLLATE "C" NOT NULL CHECK (kind IN ('home-doctor', 'visit', 'referral', 'requested-result')),
    starts_at        timestamptz NOT NULL,
    ends_at          timestamptz,
    evidence         text COLLATE "C" NOT NULL CHECK (length(evidence) BETWEEN 1 AND 200),
    recorded_at      timestamptz NOT NULL,
    CONSTRAINT relationship_runs_forward CHECK (starts_at <= ends_at),
    CONSTRAINT relationship_is_told_once UNIQUE (patient_id, organization_id, kind, evidence)
);
COMMENT ON COLUMN relationship.practitioner_id IS 'to whom it is bound; null: whoever acts for the organisation';
COMMENT ON COLUMN relationship.evidence IS 'number of the registration, visit or order in the register it came from';
CREATE UNIQUE INDEX one_home_doctor_at_a_time ON relationship (patient_id) WHERE kind = 'home-doctor' AND ends_at IS NULL;
-- Who acts for whom by law: parents until the child is of age, guardians of wards.
CREATE TABLE guardian (
    patient_id   uuid NOT NULL REFERENCES patient,
    person_id    uuid NOT NULL REFERENCES patient,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz,
    evidence     text COLLATE "C" NOT NULL CHECK (length(evidence) BETWEEN 1 AND 200),
    recorded_at  timestamptz NOT NULL,
    CONSTRAINT guardian_is_told_once PRIMARY KEY (patient_id, person_id),
    CONSTRAINT guardian_is_another CHECK (patient_id <> person_id),
    CONSTRAINT guardianship_runs_forward CHECK (starts_at <= ends_at)
);
CREATE INDEX guardian_by_person ON guardian (person_id);
-- An organisation named a patient exactly: for a day it may read that entry of the register again.
CREATE TABLE identification (
    organization_id  uuid NOT NULL,
    patient_id       uuid NOT NULL,
    ends_at          timestamptz NOT NULL,
    PRIMARY KEY (patient_id, organization_id)
);
CREATE INDEX identification_by_end ON identification (ends_at);
-- Break-glass: one patient, one practitioner at one organisation, an hour; every row is reviewed.
CREATE TABLE broken_glass (
    glass_id         uuid PRIMARY KEY,
    patient_id       uuid NOT NULL REFERENCES patient,
    organization_id  uuid NOT NULL REFERENCES organization,
    practitioner_id  uuid NOT NULL,
    role_id          uuid NOT NULL,
    reason           text NOT NULL,
    opened_at        timestamptz NOT NULL,
    ends_at          timestamptz NOT NULL,
    reviewed_at      timestamptz,
    reviewed_by      text,
    finding          text,
    CONSTRAINT glass_stays_open_for_a_while CHECK (opened_at < ends_at),
    CONSTRAINT reviewed_by_somebody CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL)
                                           AND (reviewed_at IS NULL) = (finding IS NULL))
);
CREATE INDEX broken_glass_by_patient ON broken_glass (patient_id, organization_id, practitioner_id);
CREATE INDEX broken_glass_by_practitioner ON broken_glass (practitioner_id, opened_at);
CREATE INDEX broken_glass_to_review ON broken_glass (opened_at) WHERE reviewed_at IS NULL;
-- A supervisor lets a practitioner break glass again before the day is over. Only ever added to.
CREATE TABLE glass_release (
    release_id       uuid PRIMARY KEY,
    practitioner_id  uuid NOT NULL,
    released_at      timestamptz NOT NULL,
    released_by      text NOT NULL,
    reason           text NOT NULL
);
CREATE INDEX glass_release_by_practitioner ON glass_release (practitioner_id, released_at);
-- What a patient forbids or lets somebody do, as far as sight needs it; the whole Consent stands in `resource`.
CREATE TABLE consent (
    consent_id         uuid PRIMARY KEY,
    patient_id         uuid NOT NULL REFERENCES patient,
    kind               text COLLATE "C" NOT NULL CHECK (kind IN ('ban', 'delegation', 'collection')),
    whole              boolean NOT NULL,
    never              boolean NOT NULL DEFAULT false,
    organization_kind  text COLLATE "C" CHECK (organization_kind IN ('practice', 'hospital')),
    grantee_id         uuid REFERENCES patient,
    starts_at          timestamptz NOT NULL,
    ends_at            timestamptz,
    CONSTRAINT somebody_is_named_or_nobody CHECK ((kind = 'ban') = (grantee_id IS NULL)),
    CONSTRAINT only_a_ban_reaches_emergencies CHECK (kind = 'ban' OR NOT never),
    CONSTRAINT only_a_ban_names_a_group CHECK (kind = 'ban' OR organization_kind IS NULL),
    CONSTRAINT nobody_names_oneself CHECK (grantee_id <> patient_id),
    CONSTRAINT consent_runs_forward CHECK (starts_at <= ends_at)
);
COMMENT ON COLUMN consent.whole IS 'all documents; else those of consent_document';
COMMENT ON COLUMN consent.never IS 'holds also where glass is broken';
COMMENT ON COLUMN consent.organization_kind IS 'the group it is meant for; null: all institutions';
CREATE INDEX consent_by_patient ON consent (patient_id);
CREATE INDEX consent_by_grantee ON consent (grantee_id) WHERE grantee_id IS NOT NULL;
-- A prescription is one document with its lines, dispenses and signatures; anything else is named by itself.
CREATE TABLE consent_document (
    consent_id   uuid NOT NULL REFERENCES consent,
    document_id  uuid NOT NULL,
    PRIMARY KEY (consent_id, document_id)
);
COMMENT ON COLUMN consent_document.document_id IS 'a prescription, or a resource';
-- The sealer asks for what is new, and whoever verifies for the rows of one seal.
CREATE INDEX audit_entry_by_xid ON audit_entry (xid) WHERE xid IS NOT NULL;
CREATE INDEX audit_subject_by_xid ON audit_subject (xid) WHERE xid IS NOT NULL;
-- What was lawfully taken out is said by entries like any other, and there are few of them.
CREATE INDEX audit_entry_removed ON audit_entry (audit_id) WHERE event = 'audit.removed';
-- One row for each batch. Its head (all columns but signature and members) is what is signed.
CREATE TABLE audit_seal (
    sequence   bigint PRIMARY KEY CONSTRAINT sequence_begins_at_nothing CHECK (sequence >= 0),
    from_xid   xid8 NOT NULL,
    to_xid     xid8 NOT NULL,
    count      integer NOT NULL,
    root       bytea NOT NULL CONSTRAINT root_is_a_sha256 CHECK (octet_length(root) = 32),
    previous   bytea NOT NULL CONSTRAINT previous_is_a_sha256 CHECK (octet_length(previous) = 32),
    earlier    bigint[] NOT NULL,
    at         timestamptz NOT NULL,
    key_id     text COLLATE "C" NOT NULL,
    signature  bytea NOT NULL,
    members    bytea NOT NULL,
    CONSTRAINT seal_goes_forward CHECK (from_xid <= to_xid)
);
COMMENT ON COLUMN audit_seal.earlier IS 'Entries and subjects from before sealing began; told by the first seal.';
COMMENT ON COLUMN audit_seal.members IS 'In the order of the tree, for each row: kind (1 byte), audit_id (16), leaf (32).';
-- Hashes do not get smaller; not trying saves the time.
ALTER TABLE audit_seal ALTER COLUMN members SET STORAGE EXTERNAL;
CREATE INDEX audit_seal_by_xid ON audit_seal (to_xid);
-- The hash of a head, stamped by somebody else's clock (RFC 3161).
CREATE TABLE audit_stamp (
    stamp_id   uuid PRIMARY KEY,
    sequence   bigint NOT NULL REFERENCES audit_seal,
    at         timestamptz NOT NULL,
    authority  text NOT NULL,
    response   bytea NOT NULL
);
-- The last time an actor opened a patient. seen_at stands in no index, so that opening a patient again is written
-- in place (HOT); rows are forgotten once they are older than the longest window.
CREATE TABLE breadth_seen (
    scope       text COLLATE "C" NOT NULL CHECK (scope IN ('practitioner', 'site', 'organization', 'client')),
    actor       text COLLATE "C" NOT NULL,
    patient_id  uuid NOT NULL,
    seen_at     timestamptz NOT NULL,
    before_at   timestamptz,
    CONSTRAINT one_row_for_actor_and_patient PRIMARY KEY (scope, actor, patient_id)
) WITH (fillfactor = 70);
COMMENT ON COLUMN breadth_seen.actor IS 'practitioner id (without one the client id), site, organisation id or client id';
COMMENT ON COLUMN breadth_seen.before_at IS 'seen_at before the last time: tells whether the patient is new in a window';
-- What is usual for an organisation: patients by hour, four weeks back.
CREATE TABLE breadth_hour (
    scope     text COLLATE "C" NOT NULL,
    actor     text COLLATE "C" NOT NULL,
    hour      timestamptz NOT NULL,
    patients  integer NOT NULL,
    PRIMARY KEY (scope, actor, hour)
);
-- What one person did lately, call by call: the rules for anomalies ask for it.
CREATE INDEX audit_entry_by_role ON audit_entry (role_id, at) WHERE role_id IS NOT NULL;
-- How many patients a practice has.
CREATE INDEX relationship_by_home_doctor ON relationship (organization_id) WHERE kind = 'home-doctor';
COMMENT ON COLUMN find_miss.client_id IS 'who is counted: a client; of what was denied a practitioner';
CREATE TABLE hold (
    hold_id      uuid PRIMARY KEY,
    scope        text COLLATE "C" NOT NULL CHECK (scope IN ('practitioner', 'site', 'organization', 'client')),
    actor        text COLLATE "C" NOT NULL,
    limit_id     text COLLATE "C" NOT NULL,
    since        timestamptz NOT NULL,
    facts        jsonb NOT NULL,
    state        text NOT NULL CHECK (state IN ('held', 'asked', 'released')),
    reason       text,
    asked_by     uuid,
    asked_at     timestamptz,
    released_by  uuid,
    released_at  timestamptz,
    CONSTRAINT asked_with_reason CHECK ((state = 'held') = (asked_by IS NULL) AND (asked_by IS NULL) = (reason IS NULL)),
    CONSTRAINT released_when_confirmed CHECK ((state = 'released') = (released_by IS NOT NULL)
                                              AND (released_by IS NULL) = (released_at IS NULL)),
    CONSTRAINT released_by_another_person CHECK (released_by <> asked_by)
);
COMMENT ON COLUMN hold.released_at IS 'counting begins anew from here';
CREATE UNIQUE INDEX one_hold_for_an_actor ON hold (scope, actor) WHERE state <> 'released';
-- Only ever added to. Facts name counts and limits, never a person.
CREATE TABLE alert (
    alert_id  uuid PRIMARY KEY,
    at        timestamptz NOT NULL,
    severity  text NOT NULL CHECK (severity IN ('warn', 'hold', 'anomaly')),
    limit_id  text COLLATE "C" NOT NULL,
    scope     text COLLATE "C" NOT NULL,
    actor     text COLLATE "C" NOT NULL,
    facts     jsonb NOT NULL
);
CREATE INDEX alert_by_actor ON alert (scope, actor, limit_id, at);
CREATE INDEX alert_by_time ON alert (at);
-- Patients that belong to nobody: who opens one has no business there.
CREATE TABLE canary (
    patient_id  uuid PRIMARY KEY
);
-- Whose record is looked at with more than a doctor's eyes: public persons, colleagues.
CREATE TABLE flagged_person (
    patient_id  uuid PRIMARY KEY,
    since       timestamptz NOT NULL
);
-- The record of a practitioner as a patient, where it is known.
CREATE TABLE own_record (
    practitioner_id  uuid PRIMARY KEY,
    patient_id       uuid NOT NULL
);
-- How far the audit trail has been looked through for anomalies.
CREATE TABLE anomaly_cursor (
    name     text PRIMARY KEY,
    read_to  timestamptz NOT NULL
);
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
