-- Why:    the register of medicines: products with packages, groups, prices and reimbursement, each as of a day.
-- When:   before the code that loads it starts.
-- Locks:  none that anybody waits for: the tables are new.
-- Undo:   DROP TABLE onboarding.medicine_staged, onboarding.medicine, onboarding.medicine_version;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

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
