-- Why:    a weighty step asks how long ago the provider proved who sits there: its own word (auth_time), which may be
--         older than the session (ADR 0026); and who has several sessions open must tell one from another.
-- When:   before the code that writes them; the old code never reads them.
-- Locks:  onboarding.session for a moment; the columns are empty.
-- Undo:   ALTER TABLE onboarding.session DROP COLUMN proven_at, DROP COLUMN network;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE onboarding.session
    ADD COLUMN proven_at timestamptz,
    ADD COLUMN network   text COLLATE "C";
COMMENT ON COLUMN onboarding.session.proven_at IS 'when the provider last asked the person who they are; null: when the session was opened';
COMMENT ON COLUMN onboarding.session.network IS 'from where it was opened: a /24 or /48, never one address';
