-- Why:    a parent or a delegate chooses at the portal whose data are open; the choice belongs to the session and
--         stands in no address (ADR 0026, ADR 0041).
-- When:   before the code that writes it; the old code opens everybody's own data and never reads it.
-- Locks:  onboarding.session for a moment; the column is empty.
-- Undo:   ALTER TABLE onboarding.session DROP COLUMN for_patient_id;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE onboarding.session ADD COLUMN for_patient_id uuid;
COMMENT ON COLUMN onboarding.session.for_patient_id IS 'for whom the resident acts; null: for themselves. Asked anew at every page';
