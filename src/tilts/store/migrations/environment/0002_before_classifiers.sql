-- Why:    the register of classifiers with their versions; content by its hash.
-- When:   before the code that answers CodeSystem and /classifiers.
-- Locks:  none that anybody could wait for; everything is new.
-- Undo:   DROP TABLE classifier_version, classifier_content, classifier.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

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
