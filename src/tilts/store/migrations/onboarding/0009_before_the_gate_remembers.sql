-- Why:    asked as of a past moment the gate gives the answer given then: also of a connection that has ended, and of a certificate of whose revocation we learned later.
-- When:   before the code that writes these columns starts.
-- Locks:  onboarding.client and onboarding.client_certificate for a moment; the columns are empty.
-- Undo:   ALTER TABLE onboarding.client DROP COLUMN ended_at; ALTER TABLE onboarding.client_certificate DROP COLUMN revocation_known_at.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE onboarding.client ADD COLUMN ended_at timestamptz;
ALTER TABLE onboarding.client_certificate ADD COLUMN revocation_known_at timestamptz;
COMMENT ON COLUMN onboarding.client.ended_at IS 'its holder or the authority ended it for good; until then the gate answers for it';
COMMENT ON COLUMN onboarding.client_certificate.revocation_known_at IS 'when we learned of it; a list may name an earlier day in revoked_at';
