-- Why:    what opens a patient's data to somebody stands in rows with a beginning, an end and evidence; what the
--         patient forbids and whom they let act, too; ADR 0041.
-- When:   before the code that decides sight by them; the old code reads none of it.
-- Locks:  resource, row by row, for the signatures of dispenses written before; the rest is new.
-- Undo:   DROP TABLE consent_document, consent, glass_release, broken_glass, identification, guardian, relationship.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

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

-- The signature of a dispense belongs to its prescription as the dispense does: who forbids one forbids both.
UPDATE resource r
   SET thread_id = l.prescription_id
  FROM dispense d
  JOIN prescription_line l USING (line_id)
 WHERE r.resource_type = 'Provenance'
   AND r.thread_id IS NULL
   AND r.patient_id = d.patient_id
   AND convert_from(r.body, 'UTF8')::jsonb #>> '{target,0,reference}' = 'MedicationDispense/' || d.dispense_id;
