-- Why:    every row of the audit trail carries the hash of itself; batches of them are sealed, signed and chained,
--         so that a row that was changed, taken out or slipped in can be named (Security 2.4).
-- When:   before code that writes leaves or seals.
-- Locks:  audit_entry and audit_subject: for a moment to add columns (no row is rewritten), and for as long as the
--         two indexes over xid take to build; the rows from before have no xid and are not in them.
-- Undo:   DROP TABLE audit_stamp, audit_seal; DROP the columns added here.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE audit_entry
    ADD COLUMN practitioner_id  uuid,
    ADD COLUMN salt             bytea CONSTRAINT salt_is_16_bytes CHECK (octet_length(salt) = 16),
    ADD COLUMN leaf             bytea CONSTRAINT leaf_is_a_sha256 CHECK (octet_length(leaf) = 32),
    ADD COLUMN xid              xid8;
ALTER TABLE audit_subject
    ADD COLUMN basis            text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN salt             bytea CONSTRAINT salt_is_16_bytes CHECK (octet_length(salt) = 16),
    ADD COLUMN leaf             bytea CONSTRAINT leaf_is_a_sha256 CHECK (octet_length(leaf) = 32),
    ADD COLUMN xid              xid8;
-- Set apart from the column: rows from before keep NULL, which says "before sealing began".
ALTER TABLE audit_entry ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
ALTER TABLE audit_subject ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
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
