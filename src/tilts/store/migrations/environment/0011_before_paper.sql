-- Why:    a pharmacy enters a paper prescription with the series and number of its form, once; ADR 0047.
-- When:   before the code that reads the column; the old code leaves it null.
-- Locks:  prescription, for the length of one index over nulls.
-- Undo:   DROP COLUMN paper.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '300s';

ALTER TABLE prescription
    ADD COLUMN paper text COLLATE "C",
    ADD CONSTRAINT paper_form_is_entered_once UNIQUE (organization_id, paper);
COMMENT ON COLUMN prescription.paper IS 'series and number of the paper form it was written on, as one word';
