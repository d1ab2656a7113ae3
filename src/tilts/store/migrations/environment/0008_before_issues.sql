-- Why:    a line may be handed out several times, each with a window and a Task of its own; a cancellation waits for
--         the holder; a holder can be asked to let go; ADR 0045.
-- When:   before the code that reads these columns; the old code reads none of them and writes their defaults.
-- Locks:  prescription_line and dispense, for the length of two indexes.
-- Undo:   DROP COLUMN kind, issue, issues, cancelling, transfer_wanted_at; the key back on line_id.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '300s';

ALTER TABLE prescription_line
    ADD COLUMN kind               text NOT NULL DEFAULT 'ordinary' CHECK (kind IN ('ordinary', 'special')),
    ADD COLUMN issue              integer NOT NULL DEFAULT 1,
    ADD COLUMN issues             integer NOT NULL DEFAULT 1,
    ADD COLUMN cancelling         text,
    ADD COLUMN transfer_wanted_at timestamptz,
    ADD CONSTRAINT issue_is_one_of_its_issues CHECK (issue BETWEEN 1 AND issues),
    ADD CONSTRAINT cancelling_while_held_and_untouched CHECK (cancelling IS NULL OR (state = 'claimed' AND dispensed = 0));

-- A Task is one issue; a line may have several.
ALTER TABLE dispense ADD COLUMN task_id uuid;
UPDATE dispense d SET task_id = l.task_id FROM prescription_line l WHERE l.line_id = d.line_id;
ALTER TABLE dispense ALTER COLUMN task_id SET NOT NULL, DROP CONSTRAINT dispense_line_id_fkey;
ALTER TABLE prescription_line DROP CONSTRAINT prescription_line_pkey, DROP CONSTRAINT task_is_unique,
    ADD PRIMARY KEY (task_id), ADD CONSTRAINT issue_stands_once UNIQUE (line_id, issue);
ALTER TABLE dispense ADD CONSTRAINT dispense_task_id_fkey FOREIGN KEY (task_id) REFERENCES prescription_line;
