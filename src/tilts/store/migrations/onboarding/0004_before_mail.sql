-- Why:    letters out and messages in, each in its case, each once.
-- When:   before the code that sends and receives starts.
-- Locks:  none that anybody could wait for; everything is new.
-- Undo:   DROP TABLE onboarding.mail_received, onboarding.message, onboarding.mail_thread, onboarding.letter_attachment, onboarding.letter.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

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
