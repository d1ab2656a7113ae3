-- Why:    a health professional works in the portal at one of their workplaces; which one, is of the session (ADR 0052).
-- When:   before the code that writes it; the old code never reads it.
-- Locks:  onboarding.session for a moment; the column is empty.
-- Undo:   ALTER TABLE onboarding.session DROP COLUMN workplace_role_id;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE onboarding.session
    ADD COLUMN workplace_role_id uuid;
COMMENT ON COLUMN onboarding.session.workplace_role_id IS 'the PractitionerRole somebody works in; whether it still stands is asked at every page';
