-- Why:    the first storey: registers, prescriptions, dispenses, audit.
-- When:   before the first code starts.
-- Locks:  none that anybody could wait for; everything is new.
-- Undo:   DROP SCHEMA of the environment.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

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
    written_at       timestamptz NOT NULL
);

-- One row for each MedicationRequest; its Task is drawn from this row and stands nowhere else.
CREATE TABLE prescription_line (
    line_id               uuid PRIMARY KEY,
    task_id               uuid NOT NULL CONSTRAINT task_is_unique UNIQUE,
    prescription_id       uuid NOT NULL REFERENCES prescription,
    patient_id            uuid NOT NULL REFERENCES patient,
    organization_id       uuid NOT NULL REFERENCES organization,
    state                 text NOT NULL CHECK (state IN ('open', 'claimed', 'completed', 'cancelled')),
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
    CONSTRAINT dispensed_within_allowed CHECK (dispensed >= 0 AND dispensed <= allowed),
    CONSTRAINT valid_period_runs_forward CHECK (valid_from <= valid_to),
    CONSTRAINT held_when_claimed CHECK (
        (state = 'claimed') = (holder_id IS NOT NULL)
        AND (holder_id IS NULL) = (holder_site IS NULL)
        AND (holder_id IS NULL) = (holder_client_id IS NULL)
        AND (holder_id IS NULL) = (claimed_at IS NULL)
        AND (holder_id IS NULL) = (lease_until IS NULL)
        AND (holder_id IS NOT NULL OR first_dispensed_at IS NULL)),
    CONSTRAINT cancelled_only_untouched CHECK (state <> 'cancelled' OR dispensed = 0)
);
CREATE INDEX prescription_line_by_prescription ON prescription_line (prescription_id);
CREATE INDEX prescription_line_by_patient ON prescription_line (patient_id, line_id);
CREATE INDEX prescription_line_by_organization ON prescription_line (organization_id, line_id);
CREATE INDEX prescription_line_by_holder ON prescription_line (holder_id, line_id) WHERE holder_id IS NOT NULL;

CREATE TABLE dispense (
    dispense_id      uuid PRIMARY KEY,
    line_id          uuid NOT NULL REFERENCES prescription_line,
    patient_id       uuid NOT NULL REFERENCES patient,
    organization_id  uuid NOT NULL REFERENCES organization,
    site             text NOT NULL,
    client_id        text COLLATE "C" NOT NULL,
    role_id          uuid NOT NULL,
    quantity         numeric NOT NULL CHECK (quantity > 0),
    recorded_at      timestamptz NOT NULL
);
CREATE INDEX dispense_by_line ON dispense (line_id, dispense_id);

-- A prescription shown at the counter opens it to that pharmacy for a while (Security 3.2).
CREATE TABLE presentation (
    prescription_id  uuid NOT NULL REFERENCES prescription,
    organization_id  uuid NOT NULL REFERENCES organization,
    ends_at          timestamptz NOT NULL,
    PRIMARY KEY (prescription_id, organization_id)
);

CREATE TABLE find_miss (
    client_id  text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL
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
    detail             jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entry_by_time ON audit_entry (at);

CREATE TABLE audit_subject (
    patient_id     uuid NOT NULL,
    audit_id       uuid NOT NULL REFERENCES audit_entry,
    resource_type  text COLLATE "C" NOT NULL,
    resource_id    uuid,
    repeated       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (patient_id, audit_id)
);
